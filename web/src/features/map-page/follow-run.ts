// Keeps an open map in step with the city: when another evaluation is told than the tiles were drawn from, they are asked for again.
import { type Ref, onScopeDispose, watch } from 'vue'
import type { Problem, Scope } from '@/api/types'

/** What following needs of the world. */
export interface Followed {
  scope: { data: Readonly<Ref<Pick<Scope, 'run_id'> | null>>; problem: Readonly<Ref<Problem | null>> }
  /** The evaluation that the server's tiles show now; null when they show none. */
  shownRun: () => Promise<number | null>
  refresh: () => void
  pause: () => Promise<void>
}

/** Tiles come from memory and follow a commit within seconds; a server that never gets there is not asked for ever. */
const MOST_QUESTIONS = 120

/** To be called in the set-up of a component; ends with it. */
export function followRun({ scope, shownRun, refresh, pause }: Followed): void {
  let isOver = false
  // Nothing was there to be drawn when the map was opened.
  let wasMissing = false
  let latest = 0
  onScopeDispose(() => (isOver = true))
  watch(scope.problem, (problem) => (wasMissing ||= problem !== null), { immediate: true, flush: 'sync' })
  watch(scope.data, async (now, before) => {
    if (!now || !(wasMissing || (before && before.run_id !== now.run_id))) return
    wasMissing = false
    const mine = ++latest
    for (let asked = 0; asked < MOST_QUESTIONS; asked++) {
      const shown = await shownRun().catch(() => null)
      if (isOver || mine !== latest) return
      if ((shown ?? -1) >= (now.run_id ?? -1)) break
      await pause()
    }
    refresh()
  })
}
