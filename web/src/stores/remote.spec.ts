import { effectScope, nextTick, ref } from 'vue'
import { expect, it } from 'vitest'
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
