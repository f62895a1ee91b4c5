import { effectScope, nextTick, ref } from 'vue'
import { expect, it, vi } from 'vitest'
import { ApiFault } from '@/api/client'
import { problemFrom, useRemote } from './remote'

const settled = async () => {
  await nextTick()
  await Promise.resolve()
  await Promise.resolve()
  await nextTick()
}

it('a newer question wins over an older answer that comes late', async () => {
  const question = ref('old')
  const answers: Record<string, (text: string) => void> = {}
  const scope = effectScope()
  const remote = scope.run(() =>
    useRemote(
      () => {
        const asked = question.value
        return new Promise<string>((resolve) => (answers[asked] = resolve))
      },
      question,
    ),
  )!
  question.value = 'new'
  await nextTick()
  answers['new']?.('new answer')
  answers['old']?.('old answer')
  await settled()
  expect(remote.data.value).toBe('new answer')
  expect(remote.loading.value).toBe(false)
  scope.stop()
})

it('a fault is kept as its problem and clears the data', async () => {
  const fails = ref(false)
  const scope = effectScope()
  const problem = { type: '/problems/parcel-not-found', title: '没有这宗地', status: 404 }
  const remote = scope.run(() =>
    useRemote(() => (fails.value ? Promise.reject(new ApiFault(problem)) : Promise.resolve(1)), fails),
  )!
  await settled()
  expect(remote.data.value).toBe(1)
  fails.value = true
  await settled()
  expect(remote.data.value).toBeNull()
  expect(remote.problem.value).toEqual(problem)
  scope.stop()
})

it('nothing to ask for empties the data', async () => {
  const wanted = ref<number | null>(7)
  const scope = effectScope()
  const remote = scope.run(() => useRemote(() => (wanted.value === null ? null : Promise.resolve(wanted.value)), wanted))!
  await settled()
  expect(remote.data.value).toBe(7)
  wanted.value = null
  await settled()
  expect(remote.data.value).toBeNull()
  scope.stop()
})

it('an unforeseen fault says what to do', () => {
  expect(problemFrom(new Error('x')).detail).toContain('请刷新页面')
})

it('what passes by itself is asked for again without being told to, and only that', async () => {
  vi.useFakeTimers()
  try {
    const filling = { type: '/problems/being-filled', title: '登记簿正在首次装入', status: 503, retry_after: 10 }
    let asked = 0
    const scope = effectScope()
    const remote = scope.run(() => useRemote(() => ((asked += 1) < 3 ? Promise.reject(new ApiFault(filling)) : Promise.resolve(asked))))!
    await vi.advanceTimersByTimeAsync(0)
    expect(remote.problem.value?.title).toBe('登记簿正在首次装入')
    await vi.advanceTimersByTimeAsync(9_900)
    expect(asked).toBe(1)
    await vi.advanceTimersByTimeAsync(10_200)
    expect([asked, remote.data.value, remote.problem.value]).toEqual([3, 3, null])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(3)
    scope.stop()

    const left = effectScope()
    left.run(() => useRemote(() => {
      asked += 1
      return Promise.reject(new ApiFault(filling))
    }))
    await vi.advanceTimersByTimeAsync(0)
    left.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked, 'a page that was left asks no more').toBe(4)
  } finally {
    vi.useRealTimers()
  }
})
