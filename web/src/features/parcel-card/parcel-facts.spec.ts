import { expect, it } from 'vitest'
import type { ApprovalCard, Finding } from '@/api/types'
import { zhCN } from '@/i18n/zh-CN'
import { approvalFacts, limitsOf } from './parcel-facts'

const finding = (measure: string, limit: string) =>
  ({ measured: { name: measure }, threshold: { text: limit } }) as Finding

it('a measure shows each limit it was held against once', () => {
  const findings = [
    finding('plot_ratio', '≥ 1.2'),
    finding('plot_ratio', '≥ 1.5'),
    finding('plot_ratio', '≥ 1.2'),
    finding('building_density', '≤ 60 %'),
  ]
  expect(limitsOf(findings, 'plot_ratio')).toBe('≥ 1.2，≥ 1.5')
  expect(limitsOf([], 'plot_ratio')).toBeUndefined()
})

it('the ground of an approval is the one that the overlay cut', () => {
  const card = {
    leftover: { area_m2: 2000, covered_area_m2: 6000, sliver_area_m2: 666.6666666, approved_ground_m2: 8666.6666666 },
    planar_area_m2: 9000,
    documentary_area_m2: null,
  } as ApprovalCard
  const facts = approvalFacts(card, zhCN)
  expect(facts.find(({ label }) => label === zhCN.card.groundArea)?.value).toContain('13.00 亩')
  expect(facts.find(({ label }) => label === zhCN.card.leftover)?.value).toContain('3.00 亩')
  expect(facts.find(({ label }) => label === zhCN.card.approvedArea)?.value).toBe('—')
})
