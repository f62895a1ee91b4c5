// A finding turned into the lines of the "为什么" panel, and the same lines as text for a letter.
// Says only what the finding carries: no adjective, no number of its own, no formula of its own.
import type { Citation, Finding, InputUsed } from '@/api/types'
import type { Texts } from '@/i18n/zh-CN'
import { UNKNOWN, formatMu, unbroken } from './format'
import { VERDICT_SIGNS, type VerdictLook, isFlagged, verdictLook } from './kinds'

export interface ExplainedInput {
  label: string
  value: string
  /** Register, file, row and import, as one line. */
  source: string
  importId: number | null
  observed: string
}

export interface Basis {
  document: string
  clause: string | null
  /** The quotation or the paraphrase, and which of the two it is. */
  words: string | null
  wordsKind: string
  certainty: string | null
}

export interface Explanation {
  title: string
  look: VerdictLook
  sign: string
  verdict: string
  force: string
  flag: string | null
  subject: string
  rule: string
  effectiveFrom: string | null
  flaggedArea: string | null
  /** The text that the rule rests on, then the others. */
  bases: Basis[]
  stage: string | null
  arithmetic: string[]
  threshold: string | null
  /** How far from the limit, on either side. */
  margin: string | null
  inputs: ExplainedInput[]
  missing: { label: string; how: string }[]
  condition: string | null
  clearance: string[]
  notes: string[]
}

/** What the panel shows of a finding. */
export function explain(finding: Finding, texts: Texts): Explanation {
  const look = verdictLook(finding.outcome, finding.force)
  return {
    title: finding.title,
    look,
    sign: VERDICT_SIGNS[look],
    verdict: texts.verdicts[look],
    force: finding.force_label,
    flag: isFlagged(finding) && finding.flag ? `${texts.kinds[finding.flag]} · ${texts.suspected}` : null,
    subject: finding.subject.code,
    rule: finding.rule_id,
    effectiveFrom: finding.threshold?.effective_from
      ? texts.why.effectiveFrom(finding.threshold.effective_from)
      : null,
    flaggedArea:
      isFlagged(finding) && finding.flagged_area_m2 !== null && finding.flagged_area_m2 !== undefined
        ? `${formatMu(finding.flagged_area_m2)} ${texts.units.mu}`
        : null,
    bases: basesOf(finding.citation, texts),
    stage: stageOf(finding, texts),
    arithmetic: (finding.arithmetic ?? []).map(unbroken),
    threshold: thresholdOf(finding),
    margin: finding.margin ? unbroken(finding.margin.text) : null,
    inputs: inputsOf(finding).map((input) => inputOf(input, texts)),
    missing: (finding.missing ?? []).map(({ label, how }) => ({ label, how })),
    condition: finding.condition?.label ?? null,
    clearance: (finding.clearance ?? []).map(unbroken),
    notes: [
      ...(finding.notes ?? []).map(({ text, citation }) =>
        [text, ...basesOf(citation, texts).map((basis) => `（${basisLine(basis)}）`)].join(''),
      ),
      ...(look === 'below_benchmark' ? [texts.why.notABreach] : []),
    ],
  }
}

function basesOf(citation: Citation | null | undefined, texts: Texts): Basis[] {
  if (!citation) return []
  return [citation, ...(citation.also ?? [])].map((one) => basisOf(one, texts))
}

function basisOf(citation: Citation, texts: Texts): Basis {
  const isQuoted = citation.quote !== null && citation.quote !== undefined
  const words = isQuoted ? citation.quote : (citation.paraphrase ?? null)
  return {
    document: citation.document_number
      ? `《${citation.document_title}》（${citation.document_number}）`
      : `《${citation.document_title}》`,
    clause: citation.clause,
    words,
    wordsKind: isQuoted ? texts.why.verbatim : texts.why.paraphrase,
    certainty: citation.certainty === null ? null : (texts.why.certainty[citation.certainty] ?? citation.certainty),
  }
}

function stageOf({ stage }: Finding, texts: Texts): string | null {
  if (!stage) return null
  const since = stage.since ? `（${texts.why.since(stage.since)}）` : ''
  // The clauses that the stage rests on, such as the year after which land not used is suspected idle.
  const clauses = (stage.parameters ?? []).flatMap(({ citation }) => basesOf(citation, texts)).map(basisLine)
  return [`${stage.label}${since}`, ...new Set(clauses)].join('；')
}

function thresholdOf(finding: Finding): string | null {
  if (!finding.threshold) return null
  const { text, derivation } = finding.threshold
  return unbroken(derivation ? `${text}（${derivation}）` : text)
}

/** What was read: for the comparison, or for the condition that did not hold. */
function inputsOf({ inputs, condition }: Finding): InputUsed[] {
  return [...(inputs ?? []), ...(condition?.input ? [condition.input] : [])]
}

function inputOf(input: InputUsed, texts: Texts): ExplainedInput {
  const source = input.source
  const parts: string[] = []
  if (source) {
    const register = texts.why.registers[source.register] ?? source.register
    parts.push([register, source.key].filter((part) => part).join(' '))
    if (source.file) parts.push(source.file)
    if (source.row !== null && source.row !== undefined) parts.push(texts.why.row(source.row))
    if (source.note) parts.push(source.note)
  }
  return {
    label: input.label,
    value: unbroken(input.text),
    source: parts.filter((part) => part !== '').join(' · ') || UNKNOWN,
    importId: source?.import_id ?? null,
    observed: input.observed_on ? texts.why.observed(input.observed_on) : texts.why.notObserved,
  }
}

/** The panel as plain text, line for line what is on the screen. */
export function explanationText(explanation: Explanation, texts: Texts): string {
  const lines: string[] = []
  const put = (label: string, rows: readonly string[]) =>
    rows.forEach((row, index) => lines.push(`${index === 0 ? label : '　'.repeat(label.length)}　${row}`))

  const heading = [
    explanation.flag ?? explanation.title,
    explanation.flag === null ? null : explanation.title,
    explanation.subject,
    explanation.verdict,
    explanation.force,
    explanation.effectiveFrom,
  ]
  lines.push(heading.filter((part) => part !== null).join('　'))
  put(texts.why.rule, [explanation.rule])
  if (explanation.flaggedArea !== null) put(texts.why.flaggedArea, [explanation.flaggedArea])
  put(texts.why.basis, basisLines(explanation, texts))
  if (explanation.stage !== null) put(texts.why.stage, [explanation.stage])
  put(texts.why.arithmetic, explanation.arithmetic)
  if (explanation.threshold !== null) put(texts.why.threshold, [explanation.threshold])
  if (explanation.margin !== null) put(texts.why.margin, [explanation.margin])
  put(
    texts.why.inputs,
    explanation.inputs.map(({ label, value, source, observed }) => `${label} ${value} ← ${source} · ${observed}`),
  )
  if (explanation.condition !== null) put(texts.why.condition, [explanation.condition])
  put(texts.why.missing, missingLines(explanation, texts))
  put(texts.why.clearance, explanation.clearance)
  put(texts.why.notes, explanation.notes)
  return lines.join('\n')
}

function basisLines({ bases }: Explanation, texts: Texts): string[] {
  if (bases.length === 0) return [texts.why.noCitation]
  return bases.flatMap((basis) => {
    const words = basis.words === null ? [] : [`${basis.wordsKind}：“${basis.words}”`]
    return [basisLine(basis), ...words]
  })
}

/** Document, clause and certainty on one line. */
function basisLine({ document, clause, certainty }: Basis): string {
  const place = clause === null ? document : `${document} ${clause}`
  return certainty === null ? place : `${place}（${certainty}）`
}

function missingLines({ missing }: Explanation, texts: Texts): string[] {
  if (missing.length === 0) return [texts.why.nothingMissing]
  return missing.map(({ label, how }) => `${label}：${how}`)
}
