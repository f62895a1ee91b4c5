import { effectScope, nextTick, shallowRef } from 'vue'
import { expect, test, vi } from 'vitest'
import type { Problem } from '@/api/types'
import { followRun } from './follow-run'

function following(shown: (number | null)[]) {
  const data = shallowRef<{ run_id: number | null } | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const refresh = vi.fn()
  const shownRun = vi.fn(async () => (shown.length > 1 ? shown.shift() : shown[0]) ?? null)
  const pause = vi.fn(async () => {})
  const scope = effectScope()
  scope.run(() => followRun({ scope: { data, problem }, shownRun, refresh, pause }))
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await nextTick()
  }
  return { data, problem, refresh, pause, scope, settled }
}

const MISSING: Problem = { type: '/problems/no-current-run', title: '还没有评价批', status: 409, detail: '' }

test('a map that was opened before there was a city asks for its tiles again when they show it', async () => {
  const { data, problem, refresh, pause, settled } = following([null, null, 1])
  problem.value = MISSING
  await settled()
  problem.value = null
  data.value = { run_id: 1 }
  await settled()
  expect(pause).toHaveBeenCalledTimes(2)
  expect(refresh).toHaveBeenCalledTimes(1)
})

test('tiles are not asked for twice when a page is opened, and again for another evaluation', async () => {
  const { data, refresh, settled } = following([1])
  data.value = { run_id: 1 }
  await settled()
  expect(refresh).not.toHaveBeenCalled()
  data.value = { run_id: 1 }
  await settled()
  expect(refresh).not.toHaveBeenCalled()
})

test('a later evaluation takes the place of the one that was waited for, and a page that was left asks for nothing', async () => {
  const later = following([1, 2])
  later.data.value = { run_id: 1 }
  await later.settled()
  later.data.value = { run_id: 2 }
  await later.settled()
  expect(later.refresh).toHaveBeenCalledTimes(1)
  const left = following([1])
  left.problem.value = MISSING
  await left.settled()
  left.scope.stop()
  left.data.value = { run_id: 1 }
  await left.settled()
  expect(left.refresh).not.toHaveBeenCalled()
})
