//go:build pin

// Package pin keeps what `go mod tidy` would remove: the two commands that build-mongo-tool.ts builds.
package pin

import (
	_ "github.com/mongodb/mongo-tools/mongodump/main"
	_ "github.com/mongodb/mongo-tools/mongorestore/main"
)
