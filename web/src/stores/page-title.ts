// The title of the page in the browser's tab and history: what the page is about, then the product.
import { watchEffect } from 'vue'
import { type RouteLocationNormalizedLoaded, useRoute } from 'vue-router'
import { useTexts } from '@/i18n/texts'
import type { Texts } from '@/i18n/zh-CN'

/** The title of a page by its address. */
export function pageTitle({ name, params }: Pick<RouteLocationNormalizedLoaded, 'name' | 'params'>, texts: Texts): string {
  const about = (): string | null => {
    switch (name) {
      case 'parcel':
        return `${String(params['code'])} · ${texts.card.title}`
      case 'finding':
        return `${String(params['code'])} · ${texts.life.pageTitle}`
      case 'target':
      case 'proposals':
      case 'imports':
        return texts.nav[name]
      case 'intake':
        return texts.intake.title
      default:
        return null
    }
  }
  const subject = about()
  return subject === null ? texts.productLong : `${subject} · ${texts.product}`
}

/** Keeps the title of the document in step with the address and the language. */
export function usePageTitle(): void {
  const route = useRoute()
  const texts = useTexts()
  watchEffect(() => {
    document.title = pageTitle(route, texts.value)
  })
}
