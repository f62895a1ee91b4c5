// The bars of reported and credited area by county. The table beside it holds the same figures, so nothing is only in the picture.
import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import type { TargetProgress } from '@/api/types'
import { formatNumber } from '@/domain/format'
import { muOf } from '@/domain/units'
import type { Texts } from '@/i18n/zh-CN'

use([BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer])

export interface Chart {
  show(counties: TargetProgress['counties'], texts: Texts): void
  close(): void
}

const FONT = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

/** A chart that fills the element and follows its size. */
export function openCountyChart(element: HTMLElement): Chart {
  const chart = init(element)
  const observer = new ResizeObserver(() => chart.resize())
  observer.observe(element)
  return {
    show: (counties, texts) => chart.setOption(optionOf(counties, texts)),
    close: () => {
      observer.disconnect()
      chart.dispose()
    },
  }
}

/** Two bars a county, in 亩. Told apart by hatch as well as by colour. */
export function optionOf(counties: TargetProgress['counties'], texts: Texts) {
  const bar = (name: string, colour: string, areas: number[], decal?: object) => ({
    type: 'bar' as const,
    name,
    data: areas.map(muOf),
    itemStyle: { color: colour, ...(decal ? { decal } : {}) },
    barMaxWidth: 22,
    tooltip: { valueFormatter: (value: unknown) => `${formatNumber(Number(value), 2)} ${texts.units.mu}` },
  })
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: '#33383d' },
    grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, itemWidth: 16, itemHeight: 10 },
    // Rich text is drawn on the canvas: an HTML tooltip would need inline styles, which the CSP refuses.
    tooltip: { trigger: 'axis' as const, renderMode: 'richText' as const, axisPointer: { type: 'shadow' as const } },
    xAxis: { type: 'category' as const, data: counties.map(({ name, division_code }) => name ?? division_code) },
    yAxis: {
      type: 'value' as const,
      name: texts.units.mu,
      axisLabel: { formatter: (value: number) => formatNumber(value, 0) },
    },
    series: [
      bar(texts.target.reported, '#a9bccd', counties.map(({ reported_m2 }) => reported_m2), {
        symbol: 'rect',
        color: 'rgba(60, 80, 100, 0.35)',
        dashArrayX: [1, 0],
        dashArrayY: [2, 5],
        rotation: -Math.PI / 4,
      }),
      bar(texts.target.credited, '#0f5fae', counties.map(({ credited_m2 }) => credited_m2)),
    ],
  }
}
