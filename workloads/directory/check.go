package directory

// Check implements workloads.App.
func (a *app) Check() error { return nil }
