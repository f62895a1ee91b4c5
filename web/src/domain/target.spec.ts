import { expect, it } from 'vitest'
import { bridgeBars, bridgeCloses, scheduleGap } from './target'

const steps = [
  { label: 'Σ上报', area_m2: 1000 },
  { label: '重叠', area_m2: -100 },
  { label: '未达阶段', area_m2: -300 },
  { label: '核定', area_m2: 600 },
]

it('changes float at the level that the steps before them reached', () => {
  expect(bridgeBars(steps).map(({ from, to }) => [from, to])).toEqual([
    [0, 1000],
    [1000, 900],
    [900, 600],
    [0, 600],
  ])
})

it('a bridge that does not add up is noticed', () => {
  expect(bridgeCloses(steps)).toBe(true)
  expect(bridgeCloses([...steps.slice(0, 3), { label: '核定', area_m2: 700 }])).toBe(false)
})

it('the gap to the schedule is in percentage points and unknown when a share is', () => {
  expect(scheduleGap({ share: 0.5, expected_share: 0.7 })).toBeCloseTo(-20, 10)
  expect(scheduleGap({ share: null, expected_share: 0.7 })).toBeNull()
})
