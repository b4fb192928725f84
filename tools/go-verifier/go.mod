// The stranger's verifier: see main.go. Its libraries are pinned here and hashed in go.sum.
module go-verifier

go 1.24.0

require (
	filippo.io/torchwood v0.9.0
	golang.org/x/mod v0.33.0
)

require (
	golang.org/x/crypto v0.46.0 // indirect
	golang.org/x/sync v0.19.0 // indirect
)
