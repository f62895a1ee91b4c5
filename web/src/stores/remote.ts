// One thing asked of the server: what came, what went wrong, whether it is on its way. A newer question cancels the older one.
import { type Ref, type WatchSource, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { ApiFault } from '@/api/client'
import { passesAfter } from '@/domain/problem'
import type { Problem } from '@/api/types'

export interface Remote<T> {
  data: Readonly<Ref<T | null>>
  problem: Readonly<Ref<Problem | null>>
  loading: Readonly<Ref<boolean>>
  reload: () => Promise<void>
}

/** Any thrown thing as a problem that can be shown. */
export function problemFrom(thrown: unknown): Problem {
  if (thrown instanceof ApiFault) return thrown.problem
  return {
    type: '/problems/page-fault',
    title: '页面处理应答时出错',
    status: 0,
    detail: `${thrown instanceof Error ? thrown.message : String(thrown)}。请刷新页面；反复出现请联系系统管理员。`,
  }
}

/**
 * Loads now, and again whenever `when` changes. `load` may answer null: then there is nothing to ask for.
 * The old data stays on the screen until the new one is there, unless `load` answers null. What passes by itself (a register that
 * is being filled) is asked for again after a while, with nobody's help.
 */
export function useRemote<T>(
  load: (signal: AbortSignal) => Promise<T> | null,
  when: WatchSource<unknown> | WatchSource<unknown>[] = [],
): Remote<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  let running: AbortController | null = null
  let again: ReturnType<typeof setTimeout> | undefined

  async function reload(): Promise<void> {
    clearTimeout(again)
    running?.abort()
    const mine = new AbortController()
    running = mine
    const asked = load(mine.signal)
    if (asked === null) {
      data.value = null
      problem.value = null
      loading.value = false
      return
    }
    loading.value = true
    try {
      const answer = await asked
      if (running !== mine) return
      data.value = answer
      problem.value = null
    } catch (thrown) {
      if (running !== mine || mine.signal.aborted) return
      data.value = null
      problem.value = problemFrom(thrown)
      const seconds = passesAfter(problem.value)
      if (seconds !== null) again = setTimeout(() => void reload(), seconds * 1000)
    } finally {
      if (running === mine) loading.value = false
    }
  }

  watch(when, () => void reload(), { immediate: true, deep: true })
  onScopeDispose(() => {
    clearTimeout(again)
    running?.abort()
  })
  return { data, problem, loading, reload }
}
