// The three kinds of inefficient land and the verdicts: their order and how each is told apart without colour.
// Words are in i18n, colours in map/palette.ts and the style sheet; here are only the decisions.
import type { Force, Kind, OutcomeCode } from '@/api/types'

/** The order in which a square metre is counted. */
export const KINDS: readonly Kind[] = ['approved_not_supplied', 'supplied_not_used', 'underused']

/** Is this word one of the three kinds? */
export function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word)
}

/** How an outcome is shown. An unmet benchmark has a look of its own: it is no breach. */
export type VerdictLook = OutcomeCode | 'below_benchmark'

/** The look of an outcome under the voice of its rule. */
export function verdictLook(outcome: OutcomeCode, force: Force): VerdictLook {
  return outcome === 'unmet' && force === 'benchmark' ? 'below_benchmark' : outcome
}

/** The sign beside the word, so that colour is never alone. */
export const VERDICT_SIGNS: Record<VerdictLook, string> = {
  met: '✓',
  unmet: '✕',
  below_benchmark: '▽',
  discretion: '◆',
  not_applicable: '–',
  undetermined: '?',
}

/** Does this finding mark its subject? A rule names the kind it can suggest; only a flagged finding has a flag label. */
export function isFlagged(finding: { flag: Kind | null; flag_label: string | null }): boolean {
  return finding.flag !== null && finding.flag_label !== null
}

/** What is read first: breaches, then what is not known, then what passed, then what does not apply. */
const READING_ORDER: readonly VerdictLook[] = [
  'unmet',
  'undetermined',
  'discretion',
  'below_benchmark',
  'met',
  'not_applicable',
]

/** Findings in the order in which a clerk reads them; equal ones keep their order. */
export function inReadingOrder<T extends { outcome: OutcomeCode; force: Force; flag: Kind | null; flag_label: string | null }>(
  findings: readonly T[],
): T[] {
  const rank = (finding: T) =>
    (isFlagged(finding) ? 0 : 10) + READING_ORDER.indexOf(verdictLook(finding.outcome, finding.force))
  return [...findings].sort((one, other) => rank(one) - rank(other))
}
