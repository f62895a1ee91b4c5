import { expect, it } from 'vitest'
import type { Finding } from '@/api/types'
import { zhCN } from '@/i18n/zh-CN'
import { explain, explanationText } from './explanation'

const finding: Finding = {
  subject: { kind: 'parcel', code: '330481001002GB00017' },
  rule_id: 'far-below-contract',
  title: '容积率低于合同约定',
  force: 'binding',
  force_label: '强制',
  outcome: 'unmet',
  outcome_label: '不通过',
  flag: 'underused',
  flag_label: '用而未尽 · 疑似',
  flagged_area_m2: 23466.67,
  citation: {
    document_id: 'doc',
    document_title: '示例文件',
    document_number: '示例〔2023〕1 号',
    clause: '二（一）',
    quote: '容积率不得低于约定',
    certainty: 'VERIFIED',
  },
  measured: { name: 'plot_ratio', label: '容积率', value: 0.8201, unit: 'ratio', text: '0.8201' },
  threshold: {
    value: 1.2,
    unit: 'ratio',
    compare: 'at_least',
    text: '≥ 1.2',
    derivation: '合同约定下限 1.2',
    effective_from: '2023-03-30',
  },
  arithmetic: ['容积率 = 19246.00 ÷ 23466.67 = 0.8201', '下限 1.2 → 差 0.3799'],
  inputs: [
    {
      name: 'counting_floor_area',
      label: '计容建筑面积',
      value: 19246,
      unit: 'm2',
      text: '19 246.00 m²',
      source: { register: '建筑物', key: 'B-1', file: 'buildings.gpkg', row: 3, import_id: 2, note: null },
      observed_on: '2025-11-02',
    },
  ],
  missing: [],
  condition: null,
  margin: { value: -0.3799, text: '差 0.3799' },
  clearance: ['需增计容建筑面积 8 914.00 m²'],
}

it('a computed flag is called suspected', () => {
  expect(explain(finding, zhCN).flag).toBe('用而未尽 · 疑似')
})

it('a stage names the day it began and the clauses it rests on', () => {
  const citation = finding.citation!
  const staged = { ...finding, stage: { label: '疑似闲置', since: '2024-12-16', parameters: [{ citation }, { citation }] } }
  expect(explain(staged, zhCN).stage).toBe('疑似闲置（自 2024-12-16 起）；《示例文件》（示例〔2023〕1 号） 二（一）（已读原文）')
  expect(explain({ ...finding, stage: { label: '未到期' } }, zhCN).stage).toBe('未到期')
})

it('the distance from the limit is said on either side of it', () => {
  expect(explain(finding, zhCN).margin).toBe('差 0.3799')
  const met = { ...finding, outcome: 'met', margin: { value: 0.1, text: '富余 0.1000' } } as const
  expect(explain(met, zhCN).margin).toBe('富余 0.1000')
  expect(explanationText(explain(met, zhCN), zhCN)).toContain(`${zhCN.why.margin}　富余 0.1000`)
  expect(explain({ ...finding, margin: null }, zhCN).margin).toBeNull()
})

it('an input names its register, file, row and day', () => {
  const [input] = explain(finding, zhCN).inputs
  expect(input).toMatchObject({
    value: '19 246.00 m²',
    source: '建筑物 B-1 · buildings.gpkg · 第 3 行',
    observed: '2025-11-02 观测',
    importId: 2,
  })
})

it('the copied text holds every line of the panel', () => {
  const text = explanationText(explain(finding, zhCN), zhCN)
  for (const part of [
    '用而未尽 · 疑似',
    '330481001002GB00017',
    '强制',
    '2023-03-30 起施行',
    '《示例文件》（示例〔2023〕1 号） 二（一）（已读原文）',
    '原文：“容积率不得低于约定”',
    '下限 1.2 → 差 0.3799',
    '计容建筑面积 19 246.00 m² ← 建筑物 B-1 · buildings.gpkg · 第 3 行 · 2025-11-02 观测',
    '缺少　无',
    '消除　需增计容建筑面积 8 914.00 m²',
    '≥ 1.2（合同约定下限 1.2）',
    '35.20 亩',
  ])
    expect(text).toContain(part)
})

it('a paraphrase is marked as such', () => {
  const citation = { ...finding.citation!, quote: null, paraphrase: '不低于约定', certainty: 'RECALLED' as const }
  expect(explain({ ...finding, citation }, zhCN).bases[0]).toMatchObject({
    words: '不低于约定',
    wordsKind: '转述，非原文',
    certainty: '凭记忆，未见原文',
  })
})

it('below a benchmark is not a breach and the panel says so', () => {
  const benchmark = explain({ ...finding, force: 'benchmark', flag: null }, zhCN)
  expect(benchmark.verdict).toBe('低于参考值')
  expect(benchmark.flag).toBeNull()
  expect(explanationText(benchmark, zhCN)).toContain('不构成违反')
})

it('what is missing is listed with the way to find it', () => {
  const undetermined = explain(
    { ...finding, outcome: 'undetermined', flag: null, missing: [{ name: 'x', label: '行业容积率', how: '由局方装载指标表' }] },
    zhCN,
  )
  expect(undetermined.verdict).toBe('待核')
  expect(explanationText(undetermined, zhCN)).toContain('缺少　行业容积率：由局方装载指标表')
})

it('a finding that passed is not flagged although its rule can flag', () => {
  const passed = explain({ ...finding, outcome: 'met', flag_label: null }, zhCN)
  expect(passed.flag).toBeNull()
  expect(passed.flaggedArea).toBeNull()
})

it('every text that a rule rests on is named, the first one first', () => {
  const citation = { ...finding.citation!, also: [{ ...finding.citation!, document_title: '另一文件', clause: '三' }] }
  const text = explanationText(explain({ ...finding, citation }, zhCN), zhCN)
  expect(text.indexOf('《示例文件》')).toBeGreaterThan(-1)
  expect(text.indexOf('《另一文件》')).toBeGreaterThan(text.indexOf('《示例文件》'))
})

it('a condition that did not hold shows where that was read', () => {
  const input = { ...finding.inputs[0]!, label: '已批准实施改造提升', text: '否' }
  const inapplicable = explain(
    { ...finding, outcome: 'not_applicable', inputs: [], condition: { label: '已批准实施改造提升：否', fact: 'x', input } },
    zhCN,
  )
  expect(inapplicable.condition).toBe('已批准实施改造提升：否')
  expect(inapplicable.inputs[0]?.source).toContain('buildings.gpkg')
})

it('a remark carries its clause', () => {
  const notes = [{ text: '批文可能失效，需核', citation: { ...finding.citation!, clause: '时效' } }]
  expect(explain({ ...finding, notes }, zhCN).notes[0]).toContain('《示例文件》（示例〔2023〕1 号） 时效')
})

it('a register is named in words', () => {
  const source = { ...finding.inputs[0]!.source!, register: 'building' }
  expect(explain({ ...finding, inputs: [{ ...finding.inputs[0]!, source }] }, zhCN).inputs[0]?.source).toMatch(/^建筑物 B-1/)
})
