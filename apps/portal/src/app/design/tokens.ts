/** What each token of styles/_tokens.scss is for. A test fails when one is missing here. */
export interface Pair {
  ground: string;
  /** What stands on the ground; null for a ground that carries nothing by itself. */
  ink: string | null;
  use: string;
  /** The contrast that WCAG 2.2 asks for: 4.5 for text (1.4.3), 3 for edges and signs (1.4.11). */
  least?: 4.5 | 3;
}

export interface Token {
  name: string;
  use: string;
}

const CARD = '--mat-sys-surface-container-low';

export const PAIRS: readonly { title: string; pairs: readonly Pair[] }[] = [
  {
    title: 'Grounds and text',
    pairs: [
      text('--mat-sys-background', '--mat-sys-on-background', 'The page.'),
      text('--mat-sys-surface', '--mat-sys-on-surface', 'The page, as Material calls it.'),
      text(CARD, '--mat-sys-on-surface', 'Cards, fields, dialogs, the header.'),
      text(CARD, '--mat-sys-on-surface-variant', 'What is said beside the matter, on a card.'),
      text('--mat-sys-background', '--mat-sys-on-surface-variant', 'The same, on the page.'),
      text('--mat-sys-surface-container', '--mat-sys-on-surface', 'A panel inside a card.'),
      text('--mat-sys-surface-container-high', '--mat-sys-on-surface-variant', 'Neutral chips.'),
      text('--mat-sys-surface-container-highest', '--mat-sys-on-surface', 'Empty part of a bar.'),
      text('--fx-tint', '--mat-sys-on-surface', 'A quiet panel beside the matter itself.'),
      text('--fx-chosen', '--mat-sys-on-surface', 'The chosen one among several.'),
    ],
  },
  {
    title: 'Brand',
    pairs: [
      text('--mat-sys-primary', '--mat-sys-on-primary', 'The one primary action of a page.'),
      text(CARD, '--mat-sys-primary', 'Links and quiet buttons, focus rings.'),
      text('--mat-sys-background', '--mat-sys-primary', 'The same, on the page.'),
      text(
        '--mat-sys-primary-container',
        '--mat-sys-on-primary-container',
        'Where one is, what is chosen, “new”.',
      ),
      text('--mat-sys-secondary', '--mat-sys-on-secondary', 'Material’s components only.'),
      text(
        '--mat-sys-secondary-container',
        '--mat-sys-on-secondary-container',
        'Monograms, signs of empty states, plain notices.',
      ),
    ],
  },
  {
    title: 'Meaning, always with a word or sign too',
    pairs: [
      text('--mat-sys-error', '--mat-sys-on-error', 'The button that ends something for good.'),
      text(CARD, '--mat-sys-error', 'What is wrong with a field.'),
      text('--mat-sys-error-container', '--mat-sys-on-error-container', 'What went wrong.'),
      text(CARD, '--fx-positive', 'Works, verified, allowed.'),
      text('--fx-positive-container', '--fx-on-positive-container', 'Done.'),
      text(CARD, '--fx-caution', 'Look again.'),
      text('--fx-caution-container', '--fx-on-caution-container', 'Think before you go on.'),
      text('--mat-sys-tertiary', '--mat-sys-on-tertiary', 'Caution, as Material calls it.'),
      text('--mat-sys-tertiary-container', '--mat-sys-on-tertiary-container', 'The same.'),
      text('--mat-sys-inverse-surface', '--mat-sys-inverse-on-surface', 'Brief messages.'),
      text('--mat-sys-inverse-surface', '--mat-sys-inverse-primary', 'A button in them.'),
    ],
  },
  {
    title: 'Lines and shades',
    pairs: [
      { ground: CARD, ink: '--mat-sys-outline', use: 'Edges of fields and buttons.', least: 3 },
      { ground: CARD, ink: '--mat-sys-outline-variant', use: 'Hairlines: decoration.' },
      { ground: '--fx-skeleton', ink: null, use: 'What is still loading.' },
      { ground: '--fx-hover', ink: null, use: 'Laid over what the pointer is on.' },
      { ground: '--mat-sys-scrim', ink: null, use: 'Behind a dialog, see-through.' },
      { ground: '--mat-sys-shadow', ink: null, use: 'Material’s components only.' },
      { ground: '--mat-sys-surface-tint', ink: null, use: 'Off: height is shown by shadows.' },
      {
        ground: '--mat-sys-surface-container-lowest',
        ink: null,
        use: 'Material’s components only, like the next three.',
      },
      { ground: '--mat-sys-surface-bright', ink: null, use: '' },
      { ground: '--mat-sys-surface-dim', ink: null, use: '' },
      { ground: '--mat-sys-surface-variant', ink: null, use: '' },
    ],
  },
];

function text(ground: string, ink: string, use: string): Pair {
  return { ground, ink, use, least: 4.5 };
}

export const SIZES: readonly Token[] = [
  { name: '--fx-text-2xl', use: 'The one h1 of a page' },
  { name: '--fx-text-xl', use: 'Dialogs' },
  { name: '--fx-text-lg', use: 'Sections (h2)' },
  { name: '--fx-text-md', use: 'Text, buttons, fields, h3' },
  { name: '--fx-text-sm', use: 'Labels, hints, tables' },
  { name: '--fx-text-xs', use: 'Chips, column heads; nothing that must be read' },
];

export const TYPE: readonly Token[] = [
  { name: '--fx-font', use: 'Figtree, from our own origin; the fallback takes the same room.' },
  { name: '--fx-leading', use: 'Running text' },
  { name: '--fx-leading-tight', use: 'Headings and buttons' },
  { name: '--fx-weight-medium', use: 'Signs of state, navigation' },
  { name: '--fx-weight-strong', use: 'Headings, labels, buttons' },
];

export const SPACES: readonly Token[] = [
  { name: '--fx-space-1', use: 'Between a sign and its word' },
  { name: '--fx-space-2', use: 'Between a label and its field' },
  { name: '--fx-space-3', use: 'Between buttons, in table cells' },
  { name: '--fx-space-4', use: 'Edges on a phone, between parts of a row' },
  { name: '--fx-space-5', use: 'Edges of cards, between fields' },
  { name: '--fx-space-6', use: 'Below the page’s title' },
  { name: '--fx-space-7', use: 'Between sections' },
  { name: '--fx-space-8', use: 'At the end of a page' },
];

export const RADII: readonly Token[] = [
  { name: '--fx-radius-sm', use: 'Compact buttons, skeletons' },
  { name: '--fx-radius', use: 'Buttons, fields, notices, menus' },
  { name: '--fx-radius-lg', use: 'Cards and dialogs' },
  { name: '--fx-radius-full', use: 'Chips, monograms, round buttons' },
];

export const SHADOWS: readonly Token[] = [
  { name: '--fx-shadow-raised', use: 'The one card that a page is about' },
  { name: '--fx-shadow-overlay', use: 'Dialogs and menus' },
];

export const MEASURES: readonly Token[] = [
  { name: '--fx-control-height', use: 'Buttons and fields: big enough for a thumb' },
  { name: '--fx-control-height-compact', use: 'In rows and toolbars' },
  { name: '--fx-page-width', use: 'The settings, at most' },
];

export const MOTION: readonly Token[] = [
  { name: '--fx-fast', use: 'Answers to the pointer' },
  { name: '--fx-slow', use: 'Things that come, go or grow' },
  { name: '--fx-ease', use: 'The curve of both' },
];
