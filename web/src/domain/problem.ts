// One of several faults in a request, as one line.
import type { ProblemPart } from '@/api/types'

/** What was found, what was expected, what to do: whatever of it the server said. */
export function problemPartText({ code, message, remedy, parameter, found, expected }: ProblemPart): string {
  if (message !== undefined) return [code, message, remedy].filter((part) => part).join('　')
  const what = found === undefined ? parameter : `${parameter}=“${found}”`
  return expected === undefined ? `${what}` : `${what}，应为${expected}`
}
