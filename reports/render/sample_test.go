package render

import (
	"fmt"
	"math"
	"time"

	"github.com/govbench/govbench/reports/result"
)

var samples = []struct{ id, name, zh, category, agency, provenance, source string }{
	{"data-catalog-registration", "Directory-chain catalogue entry registration", "目录链目录登记", "data-sharing", "Municipal Bureau of Economy and Information Technology", "documented", "https://blocking.net/30995/the-data-of-53-municipal-departments-in-beijing-was-launched-on-the-directory-blockchain-and-the-online-data-sharing-process-started-simultaneously/"},
	{"data-sharing-request", "Directory-chain data-sharing request and grant", "目录链共享申请", "data-sharing", "Municipal Bureau of Economy and Information Technology", "documented", "https://blocking.net/30995/the-data-of-53-municipal-departments-in-beijing-was-launched-on-the-directory-blockchain-and-the-online-data-sharing-process-started-simultaneously/"},
	{"district-catalog-sync", "District directory-chain synchronisation", "区级目录链同步", "data-sharing", "Municipal Bureau of Economy and Information Technology", "documented", "https://blocking.net/30995/the-data-of-53-municipal-departments-in-beijing-was-launched-on-the-directory-blockchain-and-the-online-data-sharing-process-started-simultaneously/"},
	{"airport-logistics-clearance", "Airport international-logistics clearance", "空港国际物流协同通关", "business-collaboration", "Municipal Commerce Bureau", "documented", "http://apecsme.org/caijing/2020071612920.html https://www.ledgerinsights.com/beijing-blockchain-140-government-services-publishes-book/"},
	{"jjj-port-clearance", "Beijing-Tianjin-Hebei port clearance", "京津冀口岸通关协同", "business-collaboration", "Municipal Commerce Bureau", "documented", "https://www.ledgerinsights.com/beijing-blockchain-140-government-services-publishes-book/ https://powerfullminds.com/beijing-unveils-plan-for-blockchain-based-government-%C2%B7-technode/ http://www.chinadaily.com.cn/m/tianjinport/2015-02/09/content_19532716.htm"},
	{"single-window-declaration", "Trade single-window declaration", "国际贸易单一窗口申报", "business-collaboration", "Beijing Customs", "documented", "https://www.ledgerinsights.com/beijing-blockchain-140-government-services-publishes-book/"},
	{"elicence-business-licence", "Business licence e-licence", "电子营业执照", "certificates-evidence", "Municipal Administration for Market Regulation", "documented", "https://www.codetd.com/en/article/11820310"},
	{"elicence-id-card", "ID card e-licence", "电子身份证照", "certificates-evidence", "Municipal Public Security Bureau", "documented", "https://www.codetd.com/en/article/11820310"},
	{"elicence-household-register", "Household register e-licence", "电子户口簿", "certificates-evidence", "Municipal Public Security Bureau", "documented", "https://www.codetd.com/en/article/11820310"},
	{"sme-receivable-confirmation", "SME receivable confirmation (launched as COVID relief)", "中小微企业确权", "epidemic-recovery", "Haidian District / Beijing Financial Holdings Group", "documented", "http://bj.people.com.cn/n2/2020/0208/c14540-33777239.html http://apecsme.org/caijing/2020071612920.html"},
	{"first-loan-service", "First-loan service centre", "首贷服务", "epidemic-recovery", "Local Financial Supervision Bureau", "documented", "http://apecsme.org/caijing/2020071612920.html https://news.shi-fen.com/china/202004/50-688132.html"},
	{"contactless-approval", "Contactless approval during the epidemic", "疫情期不见面审批", "epidemic-recovery", "Municipal Administration of Government Services", "derived", "http://ent.jiangsulong.com/a/2020/0807/1596791984.html http://e-gov.org.cn/article-171818.html"},
}

// synthetic is a report's input of the shape that the default experiment yields: three designs, of which
// one is sampled, on twelve scenarios at two loads.
func synthetic(scenarios int, loads ...string) Input {
	in := Input{
		Title:     "govbench: quickstart",
		Scenarios: map[string]ScenarioInfo{},
		Designs: map[string]DesignInfo{
			"hashiraft": {Title: "hashicorp/raft with raft-boltdb", FaultModel: "crash", Source: "Ongaro and Ousterhout, USENIX ATC 2014", Settings: "5 replicas, blocks of up to 500 transactions"},
			"pbft":      {Title: "Practical Byzantine Fault Tolerance", FaultModel: "byzantine", Source: "Castro and Liskov, OSDI 1999"},
			"hotstuff":  {Title: "Chained HotStuff", FaultModel: "byzantine", Source: "Yin et al., PODC 2019"},
		},
		Networks: map[string]string{"metro": "The municipal centre and 16 districts; delays from distances over fibre."},
		Machines: map[string]string{"reference": "8 cores; signature costs from the published benchmarks of Go's crypto library."},
		Command:  "govbench run --seed 1",
		Environment: Environment{Govbench: "v0.1.0", Go: "go1.26.8", OS: "linux", Arch: "amd64", Cores: 2,
			Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Ended: time.Date(2026, 1, 2, 3, 4, 50, 0, time.UTC)},
	}
	for i, s := range samples[:scenarios] {
		in.Scenarios[s.id] = ScenarioInfo{Name: s.name, NameZh: s.zh, Category: s.category, LeadAgency: s.agency, Provenance: s.provenance,
			Summary: "A service of several agencies.", Sources: []string{s.source}, Modelled: []string{"rate at city load: 12 tx/s", "payload: 2 kB"}}
		for _, load := range loads {
			for d, name := range []string{"hashiraft", "pbft", "hotstuff"} {
				in.Records = append(in.Records, syntheticRun(s.id, i, name, d, load))
			}
		}
	}
	return in
}

func syntheticRun(scenario string, i int, design string, d int, load string) result.Record {
	rate := 12.0
	if load != "city" {
		fmt.Sscan(load, &rate)
	}
	base := 0.004 * math.Pow(2.2, float64(d)) * (1 + 0.13*float64(i))
	capacity := 2600 - 500*float64(d)
	got := min(rate, capacity)
	p99 := base * (2 + 6*got/capacity)
	r := result.Record{Schema: result.Schema, Cell: fmt.Sprintf("%08x", i*100+d), Scenario: scenario, Design: design, Protocol: design,
		Runtime: result.Virtual, Network: "metro", Machine: "reference", Faults: "none", Replicas: 4, Load: load, Seed: 1,
		Digest: fmt.Sprintf("%016x", 0x9e3779b97f4a7c15*uint64(i*7+d+1)), WindowSec: 50,
		Checks:      []result.Check{{Name: "agreement", OK: true}, {Name: "integrity", OK: true}, {Name: "equal state roots", OK: true}, {Name: "little's law", OK: true}},
		Assumptions: []string{"Clients' own processing takes no time.", "Think time between the steps of a case is exponential."}}
	if d == 0 {
		r.Runtime = result.Bubble
		r.Warnings = []string{"sample: goroutine order inside the bubble is not deterministic"}
	}
	if rate < 100 {
		r.Warnings = append(r.Warnings, "few answers: latency-p99 and above rest on the slowest 6 of 600")
	}
	figures := map[string]float64{"offered": rate, "throughput": got, "goodput": got * 0.97, "dropped": rate - got, "failed": 0, "unfinished": 0,
		"outstanding": got * base, "latency-mean": base * 1.2, "latency-p50": base, "latency-p90": base * 1.6, "latency-p95": base * 1.9, "latency-p99": p99,
		"latency-p999": p99 * 1.4, "latency-max": p99 * 1.5, "case-latency-p50": 86400.5, "read-latency-p50": 0.0012,
		"cpu-utilisation-max": got / 2700, "disk-utilisation-max": 0.1 * float64(d), "link-utilisation-max": got / 40000,
		"block-interval": 0.05, "block-txs": got / 20, "messages-per-block": 24, "bytes-per-tx": 2331.5, "view-changes": 0}
	for _, m := range result.Metrics() {
		if v, ok := figures[m.Name]; ok {
			r.Values = append(r.Values, result.Value{Name: m.Name, Unit: m.Unit, Better: m.Better, Exact: d > 0, Value: v})
		}
	}
	r.Limit = result.LimitOf(r)
	for q := 0; q <= 100; q++ {
		x := float64(q) / 100
		r.LatencyCDF = append(r.LatencyCDF, result.Quantile{Share: x, Sec: base * (0.6 + 0.5*x + 0.3*x*x + 4*math.Pow(x, 40))})
	}
	for k, name := range []string{"submit", "queue", "order", "execute", "answer"} {
		r.Stages = append(r.Stages, result.Stage{Name: name, MeanSec: base * 1.2 * []float64{0.15, 0.2, 0.45, 0.05, 0.15}[k], P99Sec: base})
	}
	for t := range 60 {
		wave := 1 + 0.08*math.Sin(float64(t*(d+2)))
		r.Series = append(r.Series, result.Point{AtSec: float64(t), Throughput: got * wave, LatencyP50: base * wave, LatencyP99: base * 2 * wave * wave * wave})
	}
	return r
}
