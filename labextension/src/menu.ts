/** The menu of the panel's head: every action, whatever the state shows as a button. */
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

import { CommandIDs } from './tokens.js';

const GROUPS: string[][] = [
  [CommandIDs.check, CommandIDs.record, CommandIDs.cancel],
  [CommandIDs.difference, CommandIDs.accept],
  [CommandIDs.load, CommandIDs.addToFirstCell, CommandIDs.restartPinned],
  [CommandIDs.restore, CommandIDs.lock, CommandIDs.takeAlong],
  [CommandIDs.copyReport, CommandIDs.openReport]
];

/** Open the menu below a button; it goes once it closes, and the button has the focus again. */
export function openMenu(commands: CommandRegistry, button: HTMLElement): void {
  const menu = new Menu({ commands });
  menu.addClass('nbr-Menu');
  GROUPS.forEach((group, place) => {
    if (place > 0) {
      menu.addItem({ type: 'separator' });
    }
    group.forEach(command => menu.addItem({ command }));
  });
  menu.aboutToClose.connect(() => {
    button.setAttribute('aria-expanded', 'false');
    // Lumino triggers the command after it has closed the menu: dispose of it once that is done.
    setTimeout(() => {
      menu.dispose();
      if (document.activeElement === document.body) {
        button.focus();
      }
    });
  });
  button.setAttribute('aria-expanded', 'true');
  const { right, bottom } = button.getBoundingClientRect();
  menu.open(right, bottom, { horizontalAlignment: 'right' });
}
