import { LabIcon } from '@jupyterlab/ui-components';

/** A run that comes round to itself, and a tick. The strokes carry the class, so that themes colour only them. */
export const reproIcon = new LabIcon({
  name: 'nbrepro:panel',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
    <path class="jp-icon3" stroke="#616161" d="M17.5 5.2A8.5 8.5 0 1 0 20.4 12"/>
    <path class="jp-icon3" stroke="#616161" d="M8 11.5l3.2 3.2L20.5 5.4"/>
  </g>
</svg>`
});
