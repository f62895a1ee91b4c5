// What a URL parameter is: a name, and a way there and back. For every codec parse(print(value)) is value.
// Unreadable text parses to the default: a link that was cut must still open. Pure; knows no router.

export interface Codec<T> {
  readonly name: string
  readonly fallback: T
  /** Text of the address bar → value; anything unreadable → `fallback`. */
  parse(text: string): T
  /** Value → text; null when the value is the fallback and need not be written. */
  print(value: T): string | null
}

/** A parameter that is one word of a closed list, or nothing. */
export function wordCodec<T extends string>(name: string, words: readonly T[]): Codec<T | null> {
  return {
    name,
    fallback: null,
    parse: (text) => words.find((word) => word === text) ?? null,
    print: (value) => value,
  }
}

/** A parameter that is one word of a closed list, with a default that is not written. */
export function choiceCodec<T extends string>(name: string, words: readonly T[], fallback: T): Codec<T> {
  return {
    name,
    fallback,
    parse: (text) => words.find((word) => word === text) ?? fallback,
    print: (value) => (value === fallback ? null : value),
  }
}
