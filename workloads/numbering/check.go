package numbering

// Check implements workloads.App.
func (a *app) Check() error { return nil }
