// Pages of a list that is walked by cursors: forward with what the server gave, back with what was kept.
import { computed, ref } from 'vue'

/** The walk through a list. `reset` when what is listed changes. */
export function usePaging(pageSize: number) {
  const cursors = ref<(string | null)[]>([null])
  const cursor = computed(() => cursors.value.at(-1) ?? null)
  const page = computed(() => cursors.value.length)
  return {
    cursor,
    page,
    pageSize,
    pagesOf: (count: number) => Math.max(1, Math.ceil(count / pageSize)),
    reset: () => {
      if (cursors.value.length > 1) cursors.value = [null]
    },
    forward: (next: string) => cursors.value.push(next),
    back: () => {
      if (cursors.value.length > 1) cursors.value.pop()
    },
  }
}

export type Paging = ReturnType<typeof usePaging>
