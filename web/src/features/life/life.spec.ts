import { flushPromises, mount } from '@vue/test-utils'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach, expect, it, vi } from 'vitest'
import type { Determination, Life } from '@/api/types'
import { LIFE_STATES, STATE_SIGNS } from '@/domain/life'
import { zhCN } from '@/i18n/zh-CN'
import DecisionForm from './DecisionForm.vue'
import LifePanel from './LifePanel.vue'
import LifeTimeline from './LifeTimeline.vue'
import StateTag from './StateTag.vue'

const subject = { division: '330402', kind: 'parcel', code: 'P-1', rule: 'far-below-contract' }
const determination: Determination = {
  sequence: 1,
  step: 'verified',
  step_label: '核实属实',
  state: 'verified',
  state_label: '已核实',
  decided_by: '某所',
  decided_on: '2024-03-01',
  reason: '现场查看',
  document_number: '某认〔2024〕1 号',
  document_dated: null,
  disposal_kind: null,
  disposal_label: null,
  conclusion: null,
  conclusion_label: null,
  recorded_at: '2024-03-02T00:00:00Z',
  original: {
    run_id: 3,
    as_of: '2024-02-01',
    outcome: 'unmet',
    outcome_label: '不通过',
    flag: 'underused',
    flag_label: '用而未尽 · 疑似',
    flagged_area_m2: 2000,
    finding_sha256: 'a'.repeat(64),
    is_intact: true,
    arithmetic: ['容积率 = 4 000.00 ÷ 10 000.00 = 0.4000'],
  },
}
const life = {
  state: 'suspected',
  remark: null,
  is_original_changed: false,
  seen_sequence: 0,
  seen_finding_sha256: 'a'.repeat(64),
  determinations: [],
  possible_steps: [
    { step: 'verified', label: '核实属实', state: 'verified', state_label: '已核实', needs_document: false, conclusions: [], disposal_kinds: [] },
  ],
} as unknown as Life

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: {} }] })
afterEach(() => vi.unstubAllGlobals())

function answerWith(status: number, body: unknown) {
  const fetched = vi.fn(async (_path: string, _init: RequestInit) => Response.json(body, { status }))
  vi.stubGlobal('fetch', fetched)
  return fetched
}

it.each(LIFE_STATES)('the state %s has a word and a sign, not only a colour', (state) => {
  const tag = mount(StateTag, { props: { state } })
  expect(tag.text()).toContain(zhCN.life.states[state])
  expect(tag.text()).toContain(STATE_SIGNS[state])
})

it('a decision shows who, when, why and by which document, and the computed original beside it', () => {
  const shown = mount(LifeTimeline, { props: { determinations: [determination] } })
  for (const words of ['2024-03-01', '核实属实', '已核实', '某所', '现场查看', '某认〔2024〕1 号']) {
    expect(shown.get('.decision').text()).toContain(words)
  }
  const original = shown.get('.original').text()
  for (const words of ['评价批 3', '2024-02-01', '不通过', '用而未尽 · 疑似', '3.00 亩', '0.4000', zhCN.life.intact]) {
    expect(original.replace(/\s/g, ' ')).toContain(words)
  }
})

it('an original that is not what is stored any more is said so', () => {
  const broken = { ...determination, original: { ...determination.original, is_intact: false } }
  expect(mount(LifeTimeline, { props: { determinations: [broken] } }).text()).toContain(zhCN.life.notIntact)
})

const form = () => mount(DecisionForm, { props: { subject, life }, global: { plugins: [router], stubs: { 'el-button': { template: '<button type="submit"><slot /></button>' } } } })

async function filled() {
  const shown = form()
  await shown.get('[data-step="verified"]').setValue(true)
  await shown.get('[name="decided_by"]').setValue('某所')
  await shown.get('[name="decided_on"]').setValue('2024-03-01')
  await shown.get('[name="reason"]').setValue('现场查看')
  return shown
}

it('nothing is sent before the form is whole, and each gap is named', async () => {
  const fetched = answerWith(201, {})
  const shown = form()
  await shown.trigger('submit')
  expect(shown.text()).toContain(zhCN.life.faults.step)
  await shown.get('[data-step="verified"]').setValue(true)
  await shown.trigger('submit')
  for (const field of ['decided_by', 'decided_on', 'reason'] as const) {
    expect(shown.text()).toContain(zhCN.life.faults.empty(zhCN.life.fields[field]))
  }
  expect(fetched).not.toHaveBeenCalled()
})

it('a whole form is sent with what its writer had seen, and empties itself', async () => {
  const fetched = answerWith(201, {})
  const shown = await filled()
  await shown.trigger('submit')
  await flushPromises()
  const [path, init] = fetched.mock.calls[0] ?? []
  expect(path).toBe('/api/v1/findings/330402/parcel/P-1/far-below-contract/determinations')
  expect(JSON.parse(String(init?.body))).toMatchObject({ seen_sequence: 0, seen_finding_sha256: 'a'.repeat(64), decided_by: '某所' })
  expect(shown.emitted('decided')).toHaveLength(1)
  expect(shown.text()).toContain(zhCN.life.done)
})

it('what the server objects to stands beside its field, and what was typed stays', async () => {
  answerWith(400, {
    type: '/problems/faulty-determination',
    title: '办理内容有误',
    status: 400,
    errors: [{ field: 'decided_on', message: '“决定日期”晚于今天', remedy: '请核对日期' }],
  })
  const shown = await filled()
  await shown.trigger('submit')
  await flushPromises()
  expect(shown.get('.fault').text()).toContain('晚于今天')
  expect((shown.get('[name="reason"]').element as HTMLTextAreaElement).value).toBe('现场查看')
})

it('who comes second is shown what happened meanwhile', async () => {
  answerWith(409, { type: '/problems/determination-conflict', title: '其间已有新的办理记录', status: 409, meanwhile: [determination] })
  const shown = await filled()
  await shown.trigger('submit')
  await flushPromises()
  expect(shown.get('[role="alert"]').text()).toContain('其间已有新的办理记录')
  expect(shown.get('.timeline').text()).toContain('核实属实')
  expect(shown.emitted('outdated')).toHaveLength(1)
  expect(shown.emitted('decided')).toBeUndefined()
})

it('the panel asks for the history only when it is opened, and shows where run and people differ', async () => {
  const fetched = answerWith(200, { ...life, determinations: [determination] })
  const standing = { state: 'closed', state_label: '已销号', decisions: 5, decided_on: '2024-12-31', remark: '已销号，最新评价仍标记' } as const
  const shown = mount(LifePanel, { props: { subject, standing }, global: { plugins: [router] } })
  expect(shown.text()).toContain('已销号，最新评价仍标记')
  expect(fetched).not.toHaveBeenCalled()
  await shown.get('[data-action="life"]').trigger('click')
  await flushPromises()
  expect(fetched).toHaveBeenCalledOnce()
  expect(shown.get('[data-sequence="1"]').text()).toContain('某所')
})
