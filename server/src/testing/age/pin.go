//go:build pin

// Package pin keeps what `go mod tidy` would remove: the commands that the tests run.
package pin

import (
	_ "filippo.io/age/cmd/age"
	_ "filippo.io/age/cmd/age-keygen"
)
