/** Of the list that says what will happen. */
export const POINTS_ID = 'fx-confirm-points';

/** Of the line that says whom it concerns. */
export const CONCERNED_ID = 'fx-confirm-concerned';

/** A text key and what goes into the text; it follows the language while it is shown. */
export interface Words {
  text: string;
  values?: Record<string, unknown>;
}

export interface Question {
  heading: Words;
  /** The address of the person that the heading names: two people may have the same name. */
  email?: string;
  /** What will happen, and what will not: one sentence each. */
  points: readonly Words[];
  /** The answer that does it, as a verb. */
  confirm: Words;
  danger?: boolean;
  /** A box to tick, for what may be done besides. */
  option?: Words;
  /**
   * Runs while the dialog is open; when it fails, the dialog says so and offers another try. Told
   * whether the box is ticked. Without it, the dialog only asks.
   */
  action?: (option: boolean) => Promise<void>;
}
