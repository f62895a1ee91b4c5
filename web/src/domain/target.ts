// The ledger of the target laid out for reading: the one line of progress, and the bridge as floating bars.
// The figures are the server's; here is only subtraction for drawing, and the comparison with the schedule.
import type { TargetProgress } from '@/api/types'

export interface BridgeBar {
  label: string
  /** Signed change, m². */
  change: number
  /** Where the bar floats, m². */
  from: number
  to: number
  role: 'start' | 'change' | 'end'
}

/** The steps from reported to credited as bars: the first and last stand on zero, the others float. */
export function bridgeBars(steps: readonly { label: string; area_m2: number }[]): BridgeBar[] {
  let level = 0
  return steps.map(({ label, area_m2 }, index) => {
    const role = index === 0 ? 'start' : index === steps.length - 1 ? 'end' : 'change'
    if (role !== 'change') {
      level = area_m2
      return { label, change: area_m2, from: 0, to: area_m2, role }
    }
    const from = level
    level += area_m2
    return { label, change: area_m2, from, to: level, role }
  })
}

/** Does the bridge close: is the first step plus all changes the last, to a tenth of a square metre? */
export function bridgeCloses(steps: readonly { label: string; area_m2: number }[]): boolean {
  if (steps.length < 2) return true
  const sum = steps.slice(0, -1).reduce((total, step) => total + step.area_m2, 0)
  return Math.abs(sum - (steps.at(-1)?.area_m2 ?? 0)) <= 0.1
}

/** Percentage points before (+) or behind (−) the schedule; null when either share is unknown. */
export function scheduleGap({ share, expected_share }: Pick<TargetProgress, 'share' | 'expected_share'>): number | null {
  if (share === null || expected_share === null) return null
  return (share - expected_share) * 100
}
