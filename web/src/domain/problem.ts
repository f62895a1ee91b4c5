// Problems of the server, for people: one of several faults in a request as one line, and what passes by itself.
import type { Problem, ProblemPart } from '@/api/types'

/** Seconds between two looks whether a first evaluation has come. */
const UNTIL_EVALUATED = 20

/** Seconds after which to ask again without being told to; null for what a person must do something about. */
export function passesAfter({ type, status, retry_after }: Problem): number | null {
  if (status === 503 && retry_after !== undefined) return retry_after
  return type === '/problems/no-run' ? UNTIL_EVALUATED : null
}

/** What was found, what was expected, what to do: whatever of it the server said. */
export function problemPartText({ code, message, remedy, parameter, found, expected }: ProblemPart): string {
  if (message !== undefined) return [code, message, remedy].filter((part) => part).join('　')
  const what = found === undefined ? parameter : `${parameter}=“${found}”`
  return expected === undefined ? `${what}` : `${what}，应为${expected}`
}
