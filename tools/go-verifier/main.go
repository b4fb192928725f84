// A stranger's check of a journal that is served as C2SP tlog-tiles, with libraries that nobody of this project wrote: notes and
// trees by golang.org/x/mod/sumdb, cosignatures and tlog-proofs by filippo.io/torchwood. It prints what it checked as one line of
// JSON; what does not hold is one sentence on standard error and exit code 1.
//
//	go-verifier -log http://host/log/31/voucher -key <verifier line> -cosigner <verifier line> … [-older checkpoint-file]
//	            [-before <verifier line of a key that was rotated> …]
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Counts of what was checked; all of it held.
type checked struct {
	Size        int64  `json:"size"`
	Root        string `json:"root"`
	Leaves      int64  `json:"leaves"`
	Sealed      int64  `json:"sealed"`
	Inclusion   int    `json:"inclusion"`
	Consistency int    `json:"consistency"`
	Proofs      int    `json:"proofs"`
	Cosigners   int    `json:"cosigners"`
	Payloads    int    `json:"payloads"`
	Refused     int    `json:"refused"`
}

type lines []string

func (l *lines) String() string     { return strings.Join(*l, ",") }
func (l *lines) Set(v string) error { *l = append(*l, v); return nil }

type journal struct {
	url    string
	client *http.Client
}

func (j *journal) get(path string) ([]byte, error) {
	answer, err := j.client.Get(j.url + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<24))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d", path, answer.StatusCode)
	}
	return body, err
}

// path writes <N>[.p/<W>] as C2SP tlog-tiles does.
func path(n int64, width int) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	if width < 256 {
		s += fmt.Sprintf(".p/%d", width)
	}
	return s
}

// Height, ReadTiles and SaveTiles make the journal a tlog.TileReader: what it reads is verified by tlog.TileHashReader.
func (j *journal) Height() int { return 8 }

func (j *journal) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, 0, len(tiles))
	for _, tile := range tiles {
		data, err := j.get(fmt.Sprintf("tile/%d/%s", tile.L, path(tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (j *journal) SaveTiles([]tlog.Tile, [][]byte) {}

// leaves reads all entry bundles of a tree of this size.
func (j *journal) leaves(size int64) ([][]byte, error) {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := min(256, size-n*256)
		data, err := j.get("tile/entries/" + path(n, int(width)))
		if err != nil {
			return nil, err
		}
		for range width {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("entry bundle %d ends inside a leaf", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("entry bundle %d holds more than %d leaves", n, width)
		}
	}
	return all, nil
}

// checkpoint opens a note with the pinned key, or one of those that were in force before, and reads the checkpoint in it.
func checkpoint(source []byte, key note.Verifier, before ...note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(source, note.VerifierList(append(before, key)...))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("the checkpoint: %w", err)
	}
	stated, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return tlog.Tree{}, err
	}
	if stated.Origin != key.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is of %s, not of %s", stated.Origin, key.Name())
	}
	return stated.Tree, nil
}

// tree checks every leaf against the root, and proofs of inclusion and consistency made from the tiles.
func tree(j *journal, head tlog.Tree, older *tlog.Tree, found *checked) ([][]byte, error) {
	leaves, err := j.leaves(head.N)
	if err != nil {
		return nil, err
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			out[at] = stored[index]
		}
		return out, nil
	})
	for at, leaf := range leaves {
		hashes, err := tlog.StoredHashes(int64(at), leaf, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
		if strings.HasPrefix(string(leaf), `{"sealed":`) {
			found.Sealed++
		}
	}
	if root, err := tlog.TreeHash(head.N, reader); err != nil || root != head.Hash {
		return nil, fmt.Errorf("the leaves do not hash to the root of the checkpoint (%v)", err)
	}
	found.Leaves = int64(len(leaves))
	tiles := tlog.TileHashReader(head, j)
	for index := int64(0); index < head.N; index += 1 + index/7 {
		proof, err := tlog.ProveRecord(head.N, index, tiles)
		if err != nil {
			return nil, fmt.Errorf("a tile: %w", err)
		}
		if err := tlog.CheckRecord(proof, head.N, head.Hash, index, tlog.RecordHash(leaves[index])); err != nil {
			return nil, fmt.Errorf("entry %d: %w", index, err)
		}
		found.Inclusion++
	}
	sizes := []tlog.Tree{}
	for size := int64(1); size < head.N; size += 1 + size/3 {
		hash, err := tlog.TreeHash(size, reader)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, tlog.Tree{N: size, Hash: hash})
	}
	if older != nil {
		sizes = append(sizes, *older)
	}
	for _, old := range sizes {
		proof, err := tlog.ProveTree(head.N, old.N, tiles)
		if err != nil {
			return nil, fmt.Errorf("a tile: %w", err)
		}
		if err := tlog.CheckTree(proof, head.N, head.Hash, old.N, old.Hash); err != nil {
			return nil, fmt.Errorf("size %d to %d: %w", old.N, head.N, err)
		}
		found.Consistency++
	}
	return leaves, nil
}

// entry checks the proof that /entry/<n> gives, and the payload where it is shown.
func entry(j *journal, key note.Verifier, index int64, found *checked) error {
	body, err := j.get(fmt.Sprintf("entry/%d", index))
	if err != nil {
		return err
	}
	var shown struct {
		Leaf, Checkpoint, Payload, Salt string
		Proof                           []string
	}
	if err := json.Unmarshal(body, &shown); err != nil {
		return err
	}
	head, err := checkpoint([]byte(shown.Checkpoint), key)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, text := range shown.Proof {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	if err := tlog.CheckRecord(proof, head.N, head.Hash, index, tlog.RecordHash([]byte(shown.Leaf))); err != nil {
		return fmt.Errorf("the proof of entry %d: %w", index, err)
	}
	if shown.Payload == "" {
		return nil
	}
	var envelope struct{ Datahash string }
	salt, err := hex.DecodeString(shown.Salt)
	if err != nil || json.Unmarshal([]byte(shown.Leaf), &envelope) != nil {
		return fmt.Errorf("entry %d shows a payload without salt or envelope", index)
	}
	sum := sha256.Sum256([]byte("yrd.ledger.payload.v1\n" + string(salt) + shown.Payload))
	if hex.EncodeToString(sum[:]) != envelope.Datahash {
		return fmt.Errorf("the payload of entry %d is not what its leaf says", index)
	}
	found.Payloads++
	return nil
}

// bundle checks an offline proof with two of the cosigners, and that it proves no other leaf and satisfies no stricter policy.
func bundle(j *journal, key note.Verifier, cosigners []note.Verifier, index int64, leaf []byte, found *checked) error {
	source, err := j.get(fmt.Sprintf("proof/%d", index))
	if err != nil {
		return err
	}
	singles := []torchwood.Policy{}
	for _, each := range cosigners {
		singles = append(singles, torchwood.SingleVerifierPolicy(each))
	}
	owner := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(key.Name()), torchwood.SingleVerifierPolicy(key))
	policy := torchwood.ThresholdPolicy(2, owner, torchwood.ThresholdPolicy(min(2, len(singles)), singles...))
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(leaf), source); err != nil {
		return fmt.Errorf("the offline proof of entry %d: %w", index, err)
	}
	extra, err := torchwood.ProofExtraData(source)
	if err != nil || string(extra) != string(leaf) {
		return fmt.Errorf("the offline proof of entry %d carries another leaf", index)
	}
	_, checkpoint, _ := strings.Cut(string(source), "\n\n")
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(append(cosigners, key)...))
	if err != nil {
		return err
	}
	if found.Cosigners == 0 || len(opened.Sigs)-1 < found.Cosigners {
		found.Cosigners = len(opened.Sigs) - 1
	}
	found.Proofs++
	if torchwood.VerifyProof(policy, tlog.RecordHash(append([]byte{' '}, leaf...)), source) == nil {
		return errors.New("the offline proof also proves another leaf")
	}
	found.Refused++
	return nil
}

func verify(j *journal, keyLine string, beforeLines, cosignerLines []string, olderFile string) (*checked, error) {
	key, err := note.NewVerifier(strings.TrimSpace(keyLine))
	if err != nil {
		return nil, fmt.Errorf("the key: %w", err)
	}
	var before []note.Verifier
	for _, line := range beforeLines {
		old, err := note.NewVerifier(strings.TrimSpace(line))
		if err != nil {
			return nil, fmt.Errorf("a key of before: %w", err)
		}
		before = append(before, old)
	}
	var cosigners []note.Verifier
	for _, line := range cosignerLines {
		cosigner, err := torchwood.NewCosignatureVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("a cosigner: %w", err)
		}
		cosigners = append(cosigners, cosigner)
	}
	source, err := j.get("checkpoint")
	if err != nil {
		return nil, err
	}
	head, err := checkpoint(source, key)
	if err != nil {
		return nil, err
	}
	var older *tlog.Tree
	if olderFile != "" {
		kept, err := os.ReadFile(olderFile)
		if err != nil {
			return nil, err
		}
		tree, err := checkpoint(kept, key, before...)
		if err != nil {
			return nil, err
		}
		older = &tree
	}
	found := &checked{Size: head.N, Root: base64.StdEncoding.EncodeToString(head.Hash[:])}
	leaves, err := tree(j, head, older, found)
	if err != nil {
		return nil, err
	}
	for _, index := range []int64{0, 1, head.N / 3, head.N / 2, head.N - 2, head.N - 1} {
		if err := entry(j, key, index, found); err != nil {
			return nil, err
		}
		if len(cosigners) == 0 {
			continue
		}
		if err := bundle(j, key, cosigners, index, leaves[index], found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func main() {
	url := flag.String("log", "", "address of the journal, without checkpoint or tile")
	key := flag.String("key", "", "verifier line of the journal")
	older := flag.String("older", "", "file with an earlier checkpoint that must be a beginning of the present one")
	var cosigners, before lines
	flag.Var(&before, "before", "verifier line of a key of the journal that was in force when -older was signed; may be given again")
	flag.Var(&cosigners, "cosigner", "verifier line of another node's cosigner; may be given again")
	flag.Parse()
	j := &journal{url: strings.TrimSuffix(*url, "/"), client: &http.Client{Timeout: 30 * time.Second}}
	found, err := verify(j, *key, before, cosigners, *older)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out, _ := json.Marshal(found)
	fmt.Println(string(out))
}
