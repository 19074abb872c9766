/*
** substrings.c: finds many texts in a text in linear time, by all of its substrings.
**
** A suffix automaton (Blumer et al. 1985): each state stands for the substrings that end at the
** same positions; `length` is the length of the longest one, `link` leads to the state of the
** longest suffix that ends at more positions. A searched text is fed to the automaton byte by byte:
** the state is that of the longest suffix read so far that is in the text. Matches are recorded in
** the state, and spread to all states that link to it after the last search: this visits each state
** once, however often a secret occurs in the text.
*/
#include "redact/substrings.h"

#include <stdlib.h>

enum {
  NONE = 0, /* numbers of states */
  ROOT = 1,
  MOST_MISSING = 4, /* bytes at the beginning of a text that counts as found */
};

typedef struct State {
  uint32_t length, link;
  uint32_t first_edge;        /* in `edges`; NONE */
  uint32_t next;              /* another state of its length; NONE */
  uint32_t found[PART_COUNT]; /* lengths */
} State;

/* An edge; all edges are in one hash table. Those of a state are chained too. */
typedef struct Edge {
  uint32_t key; /* the state that it leaves, and the byte; 0 if the slot is free */
  uint32_t target;
  uint32_t next;
} Edge;

struct Substrings {
  State *states;
  uint32_t state_count;
  Edge *edges; /* the first one is not used */
  uint32_t mask;
  uint32_t *ends;      /* by position: the state of the text up to there */
  uint32_t *by_length; /* the first state of each length */
  size_t length;
};

static uint32_t key_of(uint32_t state, unsigned char byte) {
  return state << 8 | byte;
}

/* Returns the slot of an edge, or the free slot for it. */
static uint32_t slot_of(const Substrings *self, uint32_t key) {
  uint32_t slot = (key * 2654435769u >> 7) & self->mask;
  while (slot == NONE || (self->edges[slot].key != 0 && self->edges[slot].key != key))
    slot = (slot + 1) & self->mask;
  return slot;
}

/* Returns the state that an edge leads to, or NONE. */
static uint32_t follow(const Substrings *self, uint32_t state, unsigned char byte) {
  return self->edges[slot_of(self, key_of(state, byte))].target;
}

static void set_edge(Substrings *self, uint32_t state, unsigned char byte, uint32_t target) {
  const uint32_t key = key_of(state, byte), slot = slot_of(self, key);
  Edge *edge = &self->edges[slot];
  if (edge->key == 0) {
    edge->key = key;
    edge->next = self->states[state].first_edge;
    self->states[state].first_edge = slot;
  }
  edge->target = target;
}

static uint32_t add_state(Substrings *self, uint32_t length, uint32_t link) {
  const uint32_t state = self->state_count++;
  self->states[state] = (State){.length = length, .link = link, .next = self->by_length[length]};
  self->by_length[length] = state;
  return state;
}

/*
** Splits a state, because its substrings of at most `length` bytes now end at more positions than
** the others.
*/
static uint32_t split(Substrings *self, uint32_t state, uint32_t length) {
  const uint32_t half = add_state(self, length, self->states[state].link);
  for (uint32_t slot = self->states[state].first_edge; slot != NONE; slot = self->edges[slot].next)
    set_edge(self, half, (unsigned char)(self->edges[slot].key & 0xFF), self->edges[slot].target);
  self->states[state].link = half;
  return half;
}

/* Extends the text by a byte. Returns the state of the whole text. */
static uint32_t extend(Substrings *self, uint32_t last, unsigned char byte) {
  State *const states = self->states;
  const uint32_t whole = add_state(self, states[last].length + 1, ROOT);
  uint32_t from = last;
  for (; from != NONE && follow(self, from, byte) == NONE; from = states[from].link)
    set_edge(self, from, byte, whole);
  if (from == NONE) return whole;
  const uint32_t target = follow(self, from, byte);
  if (states[target].length == states[from].length + 1) {
    states[whole].link = target;
    return whole;
  }
  const uint32_t half = split(self, target, states[from].length + 1);
  for (; from != NONE && follow(self, from, byte) == target; from = states[from].link)
    set_edge(self, from, byte, half);
  states[whole].link = half;
  return whole;
}

Substrings *substrings_new(const unsigned char *text, size_t length) {
  Substrings *self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  uint32_t slots = 64;
  while (slots < length * 5)
    slots *= 2; /* a text has at most three edges a byte */
  self->length = length;
  self->mask = slots - 1;
  self->edges = calloc(slots, sizeof *self->edges);
  self->states = malloc((length * 2 + 2) * sizeof *self->states);
  self->ends = malloc((length + 1) * sizeof *self->ends);
  self->by_length = calloc(length + 1, sizeof *self->by_length);
  if (self->edges == NULL || self->states == NULL || self->ends == NULL || self->by_length == NULL) {
    substrings_free(self);
    return NULL;
  }
  self->state_count = ROOT;
  self->states[NONE] = (State){0};
  uint32_t last = add_state(self, 0, NONE);
  self->ends[0] = last;
  for (size_t i = 0; i < length; i++)
    self->ends[i + 1] = last = extend(self, last, text[i]);
  return self;
}

static void note(Substrings *self, uint32_t state, Part part, uint32_t length) {
  if (self->states[state].found[part] < length) self->states[state].found[part] = length;
}

/* Records all ends of a searched text that are in the text. Stops at the first known one. */
static void note_ends(Substrings *self, uint32_t state, uint32_t length, size_t shortest) {
  while (length >= shortest && self->states[state].found[PART_END] < length) {
    note(self, state, PART_END, length);
    state = self->states[state].link;
    length = self->states[state].length;
  }
}

void substrings_search(Substrings *self, const unsigned char *text, size_t length, size_t shortest) {
  const State *states = self->states;
  uint32_t state = ROOT, matched = 0;
  for (size_t i = 0; i < length; i++) {
    uint32_t next = follow(self, state, text[i]);
    while (next == NONE && state != ROOT) {
      state = states[state].link;
      matched = states[state].length;
      next = follow(self, state, text[i]);
    }
    if (next == NONE) continue;
    state = next;
    matched++;
    if (matched < shortest) continue;
    note(self, state, PART_MIDDLE, matched);
    if (matched == i + 1) note(self, state, PART_BEGINNING, matched);
  }
  if (matched == length) note(self, state, PART_WHOLE, matched);
  note_ends(self, state, matched, shortest);
  while (matched >= shortest && matched + MOST_MISSING >= length) {
    note(self, state, PART_WHOLE, matched);
    state = states[state].link;
    matched = states[state].length;
  }
}

void substrings_finish(Substrings *self) {
  for (size_t length = 1; length <= self->length; length++) { /* a state's link is shorter */
    for (uint32_t state = self->by_length[length]; state != NONE; state = self->states[state].next) {
      const State *link = &self->states[self->states[state].link];
      for (int part = 0; part < PART_COUNT; part++)
        note(self, state, (Part)part, link->found[part]);
    }
  }
}

size_t substrings_found(const Substrings *self, Part part, size_t end) {
  return self->states[self->ends[end]].found[part];
}

void substrings_free(Substrings *self) {
  if (self == NULL) return;
  free(self->edges);
  free(self->states);
  free(self->ends);
  free(self->by_length);
  free(self);
}
