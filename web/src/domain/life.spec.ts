import { expect, it } from 'vitest'
import type { Life, LifeStep } from '@/api/types'
import { zhCN } from '@/i18n/zh-CN'
import { LIFE_STATES, STATE_SIGNS, composeDecision, draftFaults, emptyDraft, findingPath, serverFaults } from './life'

const step = (changed: Partial<LifeStep>): LifeStep => ({
  step: 'verified',
  label: '核实属实',
  state: 'verified',
  state_label: '已核实',
  needs_document: false,
  conclusions: [],
  disposal_kinds: [],
  ...changed,
})

const life = {
  seen_sequence: 1,
  seen_finding_sha256: 'a'.repeat(64),
  possible_steps: [
    step({}),
    step({ step: 'determined', needs_document: true, conclusions: [{ code: 'underused', label: '用而未尽' }] }),
    step({ step: 'disposed', needs_document: true, disposal_kinds: [{ code: 'upgrade', label: '改造提升' }] }),
  ],
  determinations: [{ decided_on: '2024-03-01' }],
} as unknown as Life

const draft = { ...emptyDraft(), step: 'verified', decided_by: '某所', decided_on: '2024-04-01', reason: '现场查看' }
const faultsOf = (changed: Partial<typeof draft>) => draftFaults({ ...draft, ...changed }, life, zhCN)

it('every state has a word and a sign of its own', () => {
  expect(new Set(LIFE_STATES.map((state) => STATE_SIGNS[state])).size).toBe(LIFE_STATES.length)
  expect(new Set(LIFE_STATES.map((state) => zhCN.life.states[state])).size).toBe(LIFE_STATES.length)
})

it('a whole decision has no fault, and an empty one is told what is missing', () => {
  expect(faultsOf({})).toEqual({})
  expect(faultsOf({ step: '' })).toEqual({ step: zhCN.life.faults.step })
  expect(faultsOf({ step: 'closed' })).toEqual({ step: zhCN.life.faults.step })
  expect(Object.keys(faultsOf({ decided_by: ' ', decided_on: '', reason: '' }))).toEqual(['decided_by', 'decided_on', 'reason'])
})

it('a decision is never before the one before it', () => {
  expect(faultsOf({ decided_on: '2024-02-29' }).decided_on).toContain('2024-03-01')
  expect(faultsOf({ decided_on: '2024-03-01' })).toEqual({})
})

it('texts are counted in characters and not in code units', () => {
  expect(faultsOf({ decided_by: '\u{20000}'.repeat(200) })).toEqual({})
  expect(faultsOf({ decided_by: '局'.repeat(201) }).decided_by).toContain('200')
  expect(faultsOf({ reason: '由'.repeat(2001) }).reason).toContain('2000')
})

it('a step that rests on a document asks for its number, and a dated document has one', () => {
  expect(Object.keys(faultsOf({ step: 'determined' }))).toEqual(['document_number', 'conclusion'])
  expect(Object.keys(faultsOf({ step: 'disposed', document_number: '某〔2024〕1 号' }))).toEqual(['disposal_kind'])
  expect(Object.keys(faultsOf({ document_dated: '2024-03-01' }))).toEqual(['document_number'])
})

it('what is sent names what was seen and leaves out what the step does not have', () => {
  const sent = composeDecision({ ...draft, decided_by: ' 某所 ', conclusion: 'underused', disposal_kind: 'upgrade' }, life)
  expect(sent).toMatchObject({ seen_sequence: 1, decided_by: '某所', document_number: null, conclusion: null, disposal_kind: null })
  expect(composeDecision({ ...draft, step: 'determined', conclusion: 'underused' }, life).conclusion).toBe('underused')
})

it('faults of the server stand beside their fields, other refusals do not', () => {
  const problem = { type: '/problems/faulty-determination', title: '', status: 400 }
  expect(serverFaults({ ...problem, errors: [{ field: 'decided_on', message: '晚于今天', remedy: '请核对日期' }] })).toEqual({
    decided_on: '晚于今天。请核对日期',
  })
  expect(serverFaults({ ...problem, errors: [{ field: 'seen_sequence', message: 'x' }] })).toBeNull()
  expect(serverFaults({ ...problem, type: '/problems/determination-conflict' })).toBeNull()
})

it('the address of a finding survives any code', () => {
  expect(findingPath({ division: '330402', kind: 'approval', code: '浙土字/A〔2021〕1 号', rule: 'r' })).toBe(
    `/findings/330402/approval/${encodeURIComponent('浙土字/A〔2021〕1 号')}/r`,
  )
})
