import { flushPromises, mount } from '@vue/test-utils'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Inspection, IntakeJob, IntakeReport, Upload } from '@/api/intake'
import { zhCN } from '@/i18n/zh-CN'
import IssuePane from '@/features/issues/IssuePane.vue'
import IntakeWizard from './IntakeWizard.vue'

const id = '0123456789abcdef0123456789abcdef'
const inspection: Inspection = {
  file_name: '宗地.zip',
  layers: [{ name: 'parcels', rows: 2, geometry: { sort: 'polygons' } }],
  layer: 'parcels',
  layer_must_be_named: false,
  encoding: { name: 'GB18030', how: '按内容判定' },
  columns: ['ZDDM', 'ZZMJ', 'BZ'].map((name) => ({ name, sort_label: '文字', share_filled: 1, samples: [`${name}-1`], meanings: [] })),
  crs: {
    declared: null,
    read_as: null,
    verdict: 'partly_in_city',
    explanation: '其中 1 个在城市范围之外。',
    fixes: [{ label: '按 EPSG:4528 读取', option: '--crs EPSG:4528', crs: 4528, remedies: ['swap-axes'], evidence: '横坐标带带号', confidence: 'strong' }],
  },
  proposals: [
    {
      kind: 'parcels',
      label: '宗地',
      score: 0.9,
      built_in: null,
      mapping_toml: 'kind = "parcels"\n\n[columns]\ndocumentary_area_m2 = { column = "ZZMJ", unit = "mu" }\n',
      fields: [
        {
          field: 'documentary_area_m2', label: '证载面积', is_key: false, column: 'ZZMJ', constant: null, why: '拼音首字母', score: 0.8,
          unit: 'mu', unit_label: '亩', unit_why: '与图形面积相符', needs_confirmation: true, alternatives: [],
        },
      ],
      missing_keys: [{ field: 'parcel_code', label: '宗地代码', remedy: '请选择' }],
      other_fields: [{ field: 'stated_green_m2', label: '绿地面积', unit: 'm2' }],
      unused_columns: [{ column: 'BZ', note: '' }],
      to_confirm: ['证载面积按亩'],
      division: '取代码前六位',
    },
  ],
}
const report: IntakeReport = {
  kind: 'parcels',
  kind_label: '宗地',
  source: { file_name: '宗地.zip', sha256: 'a', layer_name: null, crs: null, encoding: null, provider: null, observed_on: null, received_on: null },
  rows: { read: 3, new: 1, changed: 1, unchanged: 0, quarantined: 1 },
  issue_count: 1,
  issues: [{ code: 'ING-001', severity: 'blocks_row', party: 'data_supplier', count: 1 }],
  ending: { outcome: 'discarded' },
}
const issue = {
  ordinal: 1, code: 'ING-001', severity: 'blocks_row', party: 'data_supplier', row_number: 2, column_name: 'ZDDM', value: null,
  message: '宗地代码为空', remedy: '请补齐', lon: 120.7, lat: 30.7,
}

function job(task: 'preview' | 'commit', more: Partial<IntakeJob>): IntakeJob {
  return {
    number: 1, task, standing: 'done', step: null, step_label: null, rows: null, of: null,
    decision: { kind: 'parcels', kind_label: '宗地', mapping: { name: 'parcels-standard' } },
    asked_at: '', ended_at: '2026-07-01T00:00:00Z', registers_revision: 1, report: null, evaluation: null, fault: null, ...more,
  }
}

let upload: Upload
let looked: (path: string) => Inspection
let sent: { path: string; method: string; body: unknown }[]
beforeEach(() => {
  sent = []
  looked = () => inspection
  upload = { id, received_at: '', state: 'received', state_label: '', file_name: '宗地.zip', bytes: 9, parts: [], preview: null, commit: null }
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const method = init.method ?? 'GET'
    sent.push({ path, method, body: typeof init.body === 'string' ? JSON.parse(init.body) : null })
    if (path.includes('/inspection')) return Response.json(looked(path))
    if (path.includes('/first-rows')) return Response.json({ fields: [], rows: [] })
    if (path.includes('/issues')) return Response.json({ items: [issue], total: { count: 1 }, counts: report.issues, next: null })
    if (path.includes('/divisions')) return Response.json({ type: 'FeatureCollection', features: [] })
    if (path.endsWith('/preview')) upload = { ...upload, state: 'previewed', preview: job('preview', { report }) }
    if (path.endsWith('/commit')) {
      const ending = { outcome: 'committed', import_id: 7, revision: 9 } as const
      upload = { ...upload, state: 'committed', commit: job('commit', { number: 5, report: { ...report, ending } }) }
    }
    if (method === 'DELETE') return new Response(null, { status: 204 })
    return Response.json(upload)
  })
})
afterEach(() => vi.unstubAllGlobals())

async function opened(query = '') {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: {} }] })
  await router.push(`/imports/upload/${id}${query}`)
  const wizard = mount(IntakeWizard, { props: { id }, global: { plugins: [router] } })
  await flushPromises()
  return { router, wizard }
}

const posted = (end: string) => sent.filter(({ path, method }) => method === 'POST' && path.endsWith(end))

it('a key without a column and a doubt that nobody ticked block the trial', async () => {
  const { wizard } = await opened()
  const button = () => wizard.get('[data-action="preview"]')
  expect(button().attributes('disabled')).toBeDefined()
  expect(wizard.get('[data-figure="blocked"]').text()).toContain(zhCN.intake.blockedKey('宗地代码'))
  await wizard.get('[name="column-parcel_code"]').setValue('ZDDM')
  expect(button().attributes('disabled')).toBeDefined()
  await wizard.get('[data-confirm]').setValue(true)
  await flushPromises()
  expect(button().attributes('disabled')).toBeUndefined()
  await wizard.get('[name="unit-documentary_area_m2"]').setValue('m2')
  await wizard.get('[name="provider"]').setValue(' 某局 ')
  await button().trigger('click')
  await flushPromises()
  expect(posted('/preview')[0]?.body).toEqual({
    kind: 'parcels',
    mapping: { toml: 'kind = "parcels"\n\n[columns]\nparcel_code = "ZDDM"\ndocumentary_area_m2 = { column = "ZZMJ", unit = "m2" }\n' },
    crs: null, layer: null, provider: '某局', observed_on: null, received_on: null,
  })
})

it('a fix that is ticked stands in the address and is asked for', async () => {
  const { wizard, router } = await opened()
  await wizard.get('[data-fix="EPSG:4528 swap-axes"]').setValue(true)
  await flushPromises()
  expect(router.currentRoute.value.query).toMatchObject({ crs: 'EPSG:4528', fix: 'swap-axes' })
  expect(sent.some(({ path }) => path.includes('inspection?crs=EPSG%3A4528&fix=swap-axes'))).toBe(true)
  await wizard.get('[data-fix="EPSG:4528 swap-axes"]').setValue(false)
  await flushPromises()
  expect(router.currentRoute.value.query['crs']).toBeUndefined()
})

it('a commit is asked about first and names the trial that was seen', async () => {
  upload = { ...upload, state: 'previewed', preview: job('preview', { number: 4, report }) }
  const { wizard } = await opened()
  await wizard.get('[data-action="commit"]').trigger('click')
  expect(posted('/commit')).toEqual([])
  expect(wizard.get('[role="alertdialog"]').text()).toContain(zhCN.intake.commitQuestion('1', '1', '1'))
  await wizard.get('[data-action="confirm"]').trigger('click')
  await flushPromises()
  expect(posted('/commit')[0]?.body).toEqual({ preview: 4 })
  expect(wizard.get('[data-figure="committed"]').text()).toContain('7')
  expect(wizard.findAll('a[href*="/api/v1/imports/7/quarantine"]')).toHaveLength(2)
  expect(wizard.find('[data-action="discard"]').exists()).toBe(false)
  const before = sent.findIndex(({ path }) => path.endsWith('/commit'))
  expect(sent.slice(before).map(({ path }) => path), 'what the header and the map say is asked for anew').toContain('/api/v1/scope')
})

it('a failed trial tells why and offers no commit; one that was cut short says so', async () => {
  upload = { ...upload, state: 'failed', preview: job('preview', { standing: 'failed', fault: { message: '缺少列 ZDDM', causes: ['细节'] } }) }
  const failed = (await opened()).wizard
  expect(failed.get('[data-figure="fault"]').text()).toContain('缺少列 ZDDM')
  expect(failed.find('[data-action="commit"]').exists()).toBe(false)
  upload = { ...upload, state: 'interrupted', preview: job('preview', { standing: 'interrupted' }) }
  expect((await opened()).wizard.text()).toContain(zhCN.intake.interrupted.preview)
})

it('a file whose place is not known is neither tried nor read ahead, and says what to decide', async () => {
  looked = () => ({ ...inspection, crs: { ...inspection.crs, verdict: 'undeclared' }, proposals: [{ ...inspection.proposals[0]!, missing_keys: [], to_confirm: [] }] })
  const { wizard } = await opened()
  expect(wizard.get('[data-figure="blocked"]').text()).toContain(zhCN.intake.blockedPosition.undecided)
  expect(wizard.get('[data-action="preview"]').attributes('disabled')).toBeDefined()
  expect(posted('/first-rows')).toEqual([])
})

it('a file that cannot be read can be discarded and nothing else', async () => {
  const fetched = globalThis.fetch
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) =>
    path.includes('/inspection')
      ? Promise.resolve(Response.json({ type: '/problems/unreadable-file', title: '文件无法读取', status: 422 }, { status: 422 }))
      : fetched(path, init),
  )
  const { wizard } = await opened()
  expect(wizard.text()).toContain(zhCN.intake.unreadable)
  expect(wizard.find('[data-action="preview"]').exists()).toBe(false)
  expect(wizard.find('[data-action="discard"]').exists()).toBe(true)
})

it('a day is written in one form whatever the browser speaks, and what is no day blocks', async () => {
  looked = () => ({ ...inspection, proposals: [{ ...inspection.proposals[0]!, missing_keys: [], to_confirm: [] }] })
  const { wizard } = await opened()
  const day = wizard.get<HTMLInputElement>('[name="received_on"]')
  expect(day.attributes('type')).toBe('text')
  await day.setValue('06/30/2026')
  expect(day.attributes('aria-invalid')).toBe('true')
  expect(wizard.get('[data-figure="blocked"]').text()).toContain(zhCN.intake.blockedDay(zhCN.imports.receivedOn))
  await day.setValue('2026年6月30日')
  await day.trigger('change')
  expect(day.element.value).toBe('2026-06-30')
  await wizard.get('[data-action="preview"]').trigger('click')
  expect(posted('/preview')[0]?.body).toMatchObject({ received_on: '2026-06-30', observed_on: null })
})

it('a register that the file does not look like is asked for, and read by the columns that a person names', async () => {
  const supplies = {
    ...inspection.proposals[0]!, kind: 'supplies', label: '供地合同', mapping_toml: 'kind = "supplies"\n\n[columns]\n', fields: [], to_confirm: [],
    missing_keys: [{ field: 'supply_code', label: '编号', remedy: '' }, { field: 'division', label: '行政区', remedy: '' }],
  }
  looked = (path) => ({ ...inspection, proposals: path.includes('kind=supplies') ? [supplies] : [] })
  const { wizard } = await opened()
  expect(wizard.get('[data-figure="no-mapping"]').text()).toBe(zhCN.intake.unknownColumns)
  expect(wizard.get('[data-figure="blocked"]').text()).toContain(zhCN.intake.blockedKind)
  await wizard.get('[name="kind"]').setValue('supplies')
  await flushPromises()
  await flushPromises()
  await wizard.get('[name="column-supply_code"]').setValue('ZDDM')
  await wizard.get('[name="column-division"]').setValue('|BZ')
  await wizard.get('[name="further"]').setValue('stated_green_m2')
  await wizard.get('[name="column-stated_green_m2"]').setValue('ZZMJ')
  await wizard.get('[name="unit-stated_green_m2"]').setValue('mu')
  await flushPromises()
  await wizard.get('[data-action="preview"]').trigger('click')
  expect(posted('/preview')[0]?.body).toMatchObject({
    kind: 'supplies',
    mapping: { toml: 'kind = "supplies"\ndivision = { column = "BZ" }\n\n[columns]\nstated_green_m2 = { column = "ZZMJ", unit = "mu" }\nsupply_code = "ZDDM"\n' },
  })
})

it('of a file that was imported before the issues of that import are shown', async () => {
  const ending = { outcome: 'already_recorded', import_id: 5 } as const
  upload = { ...upload, state: 'previewed', preview: job('preview', { report: { ...report, issue_count: 0, issues: [], ending } }) }
  const { wizard } = await opened()
  expect(sent.some(({ path }) => path.startsWith('/api/v1/imports/5/issues'))).toBe(true)
  expect(wizard.text()).toContain('宗地代码为空')
})

it('the question takes the keyboard and gives it back', async () => {
  const { wizard } = await opened()
  document.body.append(wizard.element)
  const button = wizard.get<HTMLButtonElement>('[data-action="discard"]')
  button.element.focus()
  await button.trigger('click')
  await flushPromises()
  const question = wizard.get('[role="alertdialog"]')
  expect(document.activeElement).toBe(question.element)
  await question.trigger('keydown', { key: 'Escape' })
  expect(wizard.find('[role="alertdialog"]').exists()).toBe(false)
  expect(document.activeElement).toBe(button.element)
  wizard.unmount()
})

it('the issues are filtered and chosen through the address', async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: {} }] })
  await router.push('/imports?severity=blocks_row')
  const load = vi.fn(async () => ({ items: [issue as never], total: { count: 1 }, counts: report.issues, next: null }))
  const pane = mount(IssuePane, { props: { load, title: '问题', total: 1 }, global: { plugins: [router] } })
  await flushPromises()
  expect(load).toHaveBeenCalledWith(expect.objectContaining({ severity: 'blocks_row', code: '' }), expect.anything())
  await pane.get('select[name="code"]').setValue('ING-001')
  await flushPromises()
  expect(router.currentRoute.value.query).toMatchObject({ severity: 'blocks_row', code: 'ING-001' })
  await pane.get('[data-action="show-place"]').trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.query['issue']).toBe('1')
  expect(pane.get('[data-issue="1"]').classes()).toContain('chosen')
})
