// The card of what is selected: a parcel, an approval or a project, asked again whenever the selection changes.
import { ApiFault, api } from '@/api/client'
import type { ProjectItem } from '@/api/types'
import type { Selection } from '@/url/params'
import type { MapState } from '@/url/state'
import { useRemote } from './remote'

export function useCards(state: MapState) {
  const key = () => state.selection && `${state.selection.register}:${state.selection.division}:${state.selection.code}`
  const parcel = useRemote((signal) => {
    const chosen = state.selection
    return chosen?.register === 'parcel' ? api.parcel(chosen.division, chosen.code, signal) : null
  }, key)
  const approval = useRemote((signal) => {
    const chosen = state.selection
    return chosen?.register === 'approval' ? api.approval(chosen.division, chosen.code, signal) : null
  }, key)
  const project = useRemote((signal) => {
    const chosen = state.selection
    return chosen?.register === 'project' ? theProject(chosen, signal) : null
  }, key)
  return { parcel, approval, project }
}

/** One project out of the list; a code that nobody registered is a problem and not an empty card. */
async function theProject({ division, code }: Selection, signal: AbortSignal): Promise<ProjectItem> {
  const { items } = await api.projects({ county: division, code }, signal)
  const [project] = items
  if (project) return project
  throw new ApiFault({
    type: '/problems/project-not-found',
    title: '没有这个改造项目',
    status: 404,
    detail: `行政区 ${division} 现行登记簿中没有编号为“${code}”的改造项目。请核对编号；项目可能已变更。`,
  })
}
