// The life of a flag on the screen: how each state is told without colour, and a decision from a form to what is sent.
// Which step may follow and what it must say is the server's word; here a form is only kept from being sent half empty.
import { dayOf, isNoDay } from './day'
import type { Decision, Finding, FindingKey, Life, LifeState, LifeStep, Problem } from '@/api/types'
import type { Texts } from '@/i18n/zh-CN'

/** Every state, in the order of the life. */
export const LIFE_STATES: readonly LifeState[] = [
  'suspected',
  'verified',
  'refuted',
  'determined',
  'disposed',
  'closed',
  'under_appeal',
]

/** The sign beside the word, so that colour is never alone. */
export const STATE_SIGNS: Record<LifeState, string> = {
  suspected: '○',
  verified: '◐',
  refuted: '✕',
  determined: '●',
  disposed: '▶',
  closed: '■',
  under_appeal: '⇄',
}

/** Longest texts that the server takes, characters. */
export const LONGEST_NAME = 200
export const LONGEST_REASON = 2000

/** The form, as typed. */
export interface Draft {
  step: string
  decided_by: string
  decided_on: string
  reason: string
  document_number: string
  document_dated: string
  disposal_kind: string
  conclusion: string
}

export type DraftField = keyof Draft

export const emptyDraft = (): Draft => ({
  step: '',
  decided_by: '',
  decided_on: '',
  reason: '',
  document_number: '',
  document_dated: '',
  disposal_kind: '',
  conclusion: '',
})

/** The key of a finding that can have a life; null for one that has no division, such as a proposal's. */
export function keyOf({ subject, rule_id, division_code }: Finding): FindingKey | null {
  return division_code ? { division: division_code, kind: subject.kind, code: subject.code, rule: rule_id } : null
}

/** The address of the page of one finding. */
export function findingPath({ division, kind, code, rule }: FindingKey): string {
  return `/findings/${[division, kind, code, rule].map(encodeURIComponent).join('/')}`
}

/** The step that the form chose, among those possible now. */
export function chosenStep(draft: Draft, life: Life): LifeStep | null {
  return life.possible_steps.find(({ step }) => step === draft.step) ?? null
}

/** What is missing or too long, field by field; empty when it may be sent. */
export function draftFaults(draft: Draft, life: Life, texts: Texts): Partial<Record<DraftField, string>> {
  const { life: words } = texts
  const faults: Partial<Record<DraftField, string>> = {}
  const step = chosenStep(draft, life)
  if (!step) return { step: words.faults.step }
  const text = (field: 'decided_by' | 'reason' | 'document_number', limit: number, must: 'needed' | 'optional') => {
    const value = draft[field].trim()
    if (value === '' && must === 'needed') faults[field] = words.faults.empty(words.fields[field])
    else if ([...value].length > limit) faults[field] = words.faults.long(words.fields[field], limit)
  }
  text('decided_by', LONGEST_NAME, 'needed')
  const previous = life.determinations.at(-1)?.decided_on
  if (draft.decided_on === '') faults.decided_on = words.faults.empty(words.fields.decided_on)
  else if (isNoDay(draft.decided_on)) faults.decided_on = texts.faultyDay
  else if (previous !== undefined && draft.decided_on < previous) faults.decided_on = words.faults.before(previous)
  text('reason', LONGEST_REASON, 'needed')
  text('document_number', LONGEST_NAME, step.needs_document || draft.document_dated !== '' ? 'needed' : 'optional')
  if (isNoDay(draft.document_dated)) faults.document_dated = texts.faultyDay
  if (step.disposal_kinds.length > 0 && draft.disposal_kind === '') {
    faults.disposal_kind = words.faults.choose(words.fields.disposal_kind)
  }
  if (step.conclusions.length > 0 && draft.conclusion === '') {
    faults.conclusion = words.faults.choose(words.fields.conclusion)
  }
  return faults
}

/** What is sent: the form, and what its writer had seen. Fields that the step does not have are left out. */
export function composeDecision(draft: Draft, life: Life): Decision {
  const step = chosenStep(draft, life)
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim())
  return {
    seen_sequence: life.seen_sequence,
    seen_finding_sha256: life.seen_finding_sha256,
    step: draft.step,
    decided_by: draft.decided_by.trim(),
    decided_on: dayOf(draft.decided_on) ?? draft.decided_on,
    reason: draft.reason.trim(),
    document_number: orNull(draft.document_number),
    document_dated: dayOf(draft.document_dated),
    disposal_kind: step && step.disposal_kinds.length > 0 ? orNull(draft.disposal_kind) : null,
    conclusion: step && step.conclusions.length > 0 ? orNull(draft.conclusion) : null,
  }
}

/** The server's faults by the field that each is about; `null` when it refused for another reason. */
export function serverFaults(problem: Problem): Partial<Record<DraftField, string>> | null {
  if (problem.type !== '/problems/faulty-determination') return null
  const fields = new Set<string>(Object.keys(emptyDraft()))
  const faults: Partial<Record<DraftField, string>> = {}
  for (const { field, message, remedy } of problem.errors ?? []) {
    if (field === undefined || !fields.has(field)) return null
    faults[field as DraftField] = [message, remedy].filter((part) => part).join('。')
  }
  return faults
}
