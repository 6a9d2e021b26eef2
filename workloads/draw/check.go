package draw

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	_, err := a.Audit()
	return err
}
