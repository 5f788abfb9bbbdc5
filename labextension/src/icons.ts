import { LabIcon } from '@jupyterlab/ui-components';

/** Two overlapping rings with a tick: two runs that agree. */
export const reproIcon = new LabIcon({
  name: 'nbrepro:panel',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="none" stroke="#616161" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
    <path d="M20.5 8.5A9 9 0 1 0 21 12"/>
    <path d="M8 12l3 3 9-10"/>
  </g>
</svg>`
});
