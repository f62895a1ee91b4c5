// The summary behind the legend: the shared one of the city, or that of the chosen county.
import { computed } from 'vue'
import { api } from '@/api/client'
import type { MapState } from '@/url/state'
import { useCity } from './city'
import { type Remote, useRemote } from './remote'
import type { Summary } from '@/api/types'

export function useLocalSummary(state: MapState): Remote<Summary> {
  const city = useCity().summary
  const county = useRemote(
    (signal) => (state.county === null ? null : api.summary(state.county, signal)),
    () => state.county,
  )
  const chosen = computed(() => (state.county === null ? city : county))
  return {
    data: computed(() => chosen.value.data.value),
    problem: computed(() => chosen.value.problem.value),
    loading: computed(() => chosen.value.loading.value),
    reload: () => chosen.value.reload(),
  }
}
