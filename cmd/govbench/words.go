package main

import (
	"fmt"
	"slices"
	"strings"
)

// commandWords splits a command line into its words without a shell, so that it means the same on every
// system and nothing in it is expanded. Quotes, single or double, keep blanks; a backslash before a blank, a
// quote or a backslash takes its meaning away, except in single quotes. What only a shell can do is refused.
func commandWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	open, quote := false, rune(0) // a word has begun; inside these quotes
	plain := true                 // nothing of the word was quoted
	end := func() error {
		if !open {
			return nil
		}
		text := word.String()
		if plain && slices.Contains([]string{"|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1"}, text) {
			return fmt.Errorf("found %q: commands are started without a shell; for one write sh -c '...'", text)
		}
		words = append(words, text)
		word.Reset()
		open, plain = false, true
		return nil
	}
	letters := []rune(line)
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		escapes := r == '\\' && quote != '\'' && i+1 < len(letters) && strings.ContainsRune(" \t\n\\'\"", letters[i+1])
		switch {
		case escapes:
			i++
			word.WriteRune(letters[i])
			open, plain = true, false
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open, plain = r, true, false
		case strings.ContainsRune(" \t\r\n", r):
			if err := end(); err != nil {
				return nil, err
			}
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("found %q: the quote %c has no end", line, quote)
	}
	if err := end(); err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("found %q: allowed is a command and its arguments", line)
	}
	return words, nil
}
