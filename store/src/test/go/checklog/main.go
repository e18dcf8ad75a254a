// Checklog checks an exported log with the Go project's own implementation of signed notes and
// transparency logs: an independent reading of the formats that our verifier reads.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type checkpoint struct {
	size int64
	root tlog.Hash
}

type log struct {
	verifiers note.Verifiers
	entries   [][]byte
	stored    []tlog.Hash
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: checklog FOLDER")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Println("INVALID:", err)
		os.Exit(1)
	}
	fmt.Println("VALID")
}

func check(folder string) error {
	vkey, err := os.ReadFile(filepath.Join(folder, "log.vkey"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return err
	}
	l := &log{verifiers: note.VerifierList(verifier)}
	if err := l.read(filepath.Join(folder, "entries.ndjson")); err != nil {
		return err
	}
	checks := []struct {
		pattern string
		check   func(string) error
	}{
		{"*.checkpoint", l.checkCheckpoint},
		{"*.tlog-proof", l.checkProof},
		{"*.consistency", l.checkConsistency},
	}
	for _, c := range checks {
		files, err := filepath.Glob(filepath.Join(folder, c.pattern))
		if err != nil {
			return err
		}
		if len(files) == 0 {
			return errors.New("nothing to check: " + c.pattern)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if err := c.check(string(text)); err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(file), err)
			}
		}
	}
	return nil
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = l.stored[index]
	}
	return hashes, nil
}

func (l *log) read(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		entry := bytes.Clone(scanner.Bytes())
		hashes, err := tlog.StoredHashes(int64(len(l.entries)), entry, l)
		if err != nil {
			return err
		}
		l.entries = append(l.entries, entry)
		l.stored = append(l.stored, hashes...)
	}
	return scanner.Err()
}

// checkCheckpoint opens the note and computes the root again from the entries.
func (l *log) checkCheckpoint(text string) error {
	c, err := l.open(text)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(c.size, l)
	if err != nil {
		return err
	}
	if root != c.root {
		return errors.New("another root")
	}
	return nil
}

func (l *log) open(text string) (checkpoint, error) {
	n, err := note.Open([]byte(text), l.verifiers)
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != n.Sigs[0].Name {
		return checkpoint{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return checkpoint{size, root}, err
}

func (l *log) checkProof(text string) error {
	head, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := parse(lines[2:])
	if err != nil {
		return err
	}
	c, err := l.open(signed)
	if err != nil {
		return err
	}
	if index >= int64(len(l.entries)) {
		return errors.New("no such entry")
	}
	leaf := tlog.RecordHash(l.entries[index])
	return tlog.CheckRecord(path, c.size, c.root, index, leaf)
}

// checkConsistency reads the old size, the new size and the proof's hashes, one a line.
func (l *log) checkConsistency(text string) error {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var sizes [2]int64
	var roots [2]tlog.Hash
	for i := range sizes {
		var err error
		if sizes[i], err = strconv.ParseInt(lines[i], 10, 64); err != nil {
			return err
		}
		if roots[i], err = tlog.TreeHash(sizes[i], l); err != nil {
			return err
		}
	}
	path, err := parse(lines[2:])
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, sizes[1], roots[1], sizes[0], roots[0])
}

func parse(lines []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes[i] = hash
	}
	return hashes, nil
}
