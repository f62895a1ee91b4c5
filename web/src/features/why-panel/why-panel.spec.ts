import { mount } from '@vue/test-utils'
import { createMemoryHistory, createRouter } from 'vue-router'
import { expect, it } from 'vitest'
import type { Finding } from '@/api/types'
import { VERDICT_SIGNS, type VerdictLook } from '@/domain/kinds'
import { zhCN } from '@/i18n/zh-CN'
import VerdictTag from './VerdictTag.vue'
import WhyPanel from './WhyPanel.vue'

const finding: Finding = {
  subject: { kind: 'parcel', code: 'P-1' },
  rule_id: 'far-floor-of-upgrades-table',
  title: '容积率下限',
  force: 'binding',
  force_label: '强制',
  outcome: 'undetermined',
  outcome_label: '待核',
  flag: null,
  flag_label: null,
  flagged_area_m2: null,
  citation: null,
  measured: null,
  threshold: null,
  arithmetic: [],
  inputs: [],
  missing: [{ name: 'table_value', label: '行业指标值', how: '由局方装载' }],
  condition: null,
  margin: null,
  clearance: [],
}

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: {} }] })
const panel = (changed: Partial<Finding> = {}) =>
  mount(WhyPanel, { props: { finding: { ...finding, ...changed } }, global: { plugins: [router] } })

it.each(Object.keys(VERDICT_SIGNS) as VerdictLook[])('the verdict %s has a word and a sign, not only a colour', (look) => {
  const tag = mount(VerdictTag, { props: { look } })
  expect(tag.text()).toContain(zhCN.verdicts[look])
  expect(tag.text()).toContain(VERDICT_SIGNS[look])
})

it('what is not known says how to find it and shows neither verdict', () => {
  const text = panel().text()
  expect(text).toContain('待核')
  expect(text).toContain('查明办法：由局方装载')
  expect(text).not.toContain(zhCN.verdicts.met)
  expect(text).not.toContain(zhCN.verdicts.unmet)
})

it('an unmet benchmark is called below the benchmark and never a breach', () => {
  const text = panel({ force: 'benchmark', force_label: '参考', outcome: 'unmet', missing: [] }).text()
  expect(text).toContain('低于参考值')
  expect(text).not.toContain('不通过')
  expect(text).toContain('参考')
})

it('an input links to the import that brought it', () => {
  const source = { register: 'parcel', key: 'P-1', file: 'parcels.shp', row: 3, import_id: 2, note: null }
  const shown = panel({
    inputs: [{ name: 'site_area', label: '土地面积', value: 1, unit: 'm2', text: '1.00 m²', source, observed_on: '2026-06-30' }],
  })
  expect(shown.text()).toContain('宗地 P-1 · parcels.shp · 第 3 行')
  expect(shown.find('a').attributes('href')).toBe('/imports?import=2')
})
