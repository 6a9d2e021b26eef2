// Package cluster runs a group of consensus machines in virtual time: it is the simulator's host.
//
// # What is modelled
//
// A node has k CPU cores, one disk with group commit and one network link each way, all first come
// first served. A step of a machine begins when its input arrives; the CPU work that the step names
// is charged from then on, and its effects take place, in order and all together, when the work is
// done and no earlier than those of the step before. Work of many equal operations (checking the
// signatures of a payload) is spread over the cores and follows the other work of its step; whatever
// is booked for later takes its share of the cores from now on, so that no core stands idle while
// there is work. A message leaves when every record that was persisted before it is durable, waits for
// the sender's link, travels for the delay of the topology plus jitter, and waits for the receiver's
// link; one connection delivers in order. Partitions and losses strike when a message is sent.
//
// A crash stops the process: what its disk does not hold yet is lost, and so is all that waits for
// its processor or behind its incoming link; what it has handed to its outgoing link still leaves. A
// restarted replica has an idle processor and disk, the durable records, and the blocks that it had
// committed before the last of them was written.
//
// Client commands enter at a replica, which checks the client's signature and passes the command on
// as its machine routes it: to the leader, or to everyone. Until a command is committed its entry
// replica sends it again after each retry period, from the second time on to every replica. A client
// whose entry replica is down or stops turns to the next one after the same period, until it has met
// nothing but failures in two rounds of all replicas. A client whose block was executed, but whose
// answer was lost in a crash, asks again after that period: sessions remember, so any replica that
// executed the block answers.
//
// Committed blocks are executed once for all replicas that committed the same block on the same
// state; every replica still pays the CPU time. A replica that committed another block has another
// state root from there on, and its answers match nobody's. Clients trust an answer when enough
// replicas gave the same one; a replica answers all commands of one block and one client site in one
// message.
//
// # What is not modelled
//
// TCP's congestion control and retransmission (a lost message is lost), memory pressure and garbage
// collection, contention between the machine's step and the operating system, disks that lie about
// fsync, clocks that drift, partitions and losses between clients and replicas, and the cost of
// encoding beyond the handling cost of each message. The block store shares the disk's next fsync with
// the write-ahead log and adds no bytes of its own. A query is answered by one replica from the newest
// executed state, with no agreement. Observers hear of a commit when its step begins, with the moment
// at which it takes place; a crash between the two does not take it back from them.
package cluster
