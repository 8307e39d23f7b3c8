//go:build pin

// Package pin keeps what `go mod tidy` would remove: the command that provide-s3-server.ts builds.
package pin

import _ "github.com/versity/versitygw/cmd/versitygw"
