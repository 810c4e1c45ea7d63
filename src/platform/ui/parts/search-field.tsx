/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events -- the list of a combobox (WAI-ARIA): its options never take the focus, the field has the keys */
import './search-field.css';
import { type KeyboardEvent, type ReactElement, type ReactNode, type RefObject, useId, useState } from 'react';
import { Icon } from './icon.tsx';

export type Suggestion = { readonly id: string; readonly title: ReactNode; readonly detail?: ReactNode };

type SearchFieldProps = {
  label: string;
  /** Seen above the field; without it the label is only heard. */
  showLabel?: boolean;
  name: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  size?: 'normal' | 'large';
  /** The key that brings the cursor here, shown as a reminder. */
  shortcut?: string;
  inputRef?: RefObject<HTMLInputElement | null>;
  describedBy?: string | undefined;
  /** Left out where results show elsewhere on the page. */
  suggestions?: readonly Suggestion[] | undefined;
  /** Words under the suggestions, or in place of them. */
  note?: string | undefined;
  onChoose?: (suggestion: Suggestion) => void;
};

/**
 * One line to search with. With `suggestions` it is a combobox (WAI-ARIA list autocomplete with manual selection): arrow
 * keys move through the list, Enter takes the marked one or, with none marked, submits the form around it, Escape closes.
 */
export function SearchField(props: SearchFieldProps): ReactElement {
  const {
    label,
    showLabel = false,
    name,
    value,
    placeholder,
    size = 'normal',
    shortcut,
    inputRef,
    describedBy,
  } = props;
  const inputId = useId();
  const list = useSuggestionList(props);
  return (
    <div className="search-field" data-size={size} onBlur={list.onBlur}>
      <label htmlFor={inputId} className={showLabel ? undefined : 'visually-hidden'}>
        {label}
      </label>
      <div className="search-box">
        <Icon name="search" />
        <input
          id={inputId}
          ref={inputRef}
          type="search"
          name={name}
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="search"
          aria-describedby={describedBy}
          onChange={(event) => {
            list.open();
            props.onChange(event.target.value);
          }}
          {...list.inputProps}
        />
        {shortcut && value === '' && <kbd aria-hidden="true">{shortcut}</kbd>}
      </div>
      {list.shown && <SuggestionList list={list} label={label} note={props.note} />}
    </div>
  );
}

type SuggestionControl = ReturnType<typeof useSuggestionList>;

function SuggestionList({
  list,
  label,
  note,
}: {
  list: SuggestionControl;
  label: string;
  note: string | undefined;
}): ReactElement {
  return (
    <div className="suggestions">
      <div role="listbox" id={list.listId} aria-label={label}>
        {list.suggestions.map((suggestion, index) => (
          <div
            key={suggestion.id}
            id={list.optionId(index)}
            role="option"
            aria-selected={index === list.marked}
            tabIndex={-1}
            // The field keeps the focus, so that typing may go on.
            onMouseDown={(event) => {
              event.preventDefault();
            }}
            onClick={() => {
              list.choose(suggestion);
            }}
          >
            <span>{suggestion.title}</span>
            {suggestion.detail && <span className="suggestion-detail">{suggestion.detail}</span>}
          </div>
        ))}
      </div>
      {note && <p className="suggestion-note">{note}</p>}
    </div>
  );
}

const noSuggestions: readonly Suggestion[] = [];

function useSuggestionList({ suggestions, note, onChoose, value }: SearchFieldProps) {
  const listId = useId();
  const [isOpen, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const shownSuggestions = suggestions ?? noSuggestions;
  const shown = isOpen && value !== '' && (shownSuggestions.length > 0 || Boolean(note));
  const optionId = (index: number) => `${listId}-${index}`;
  const close = () => {
    setOpen(false);
    setMarked(-1);
  };
  const choose = (suggestion: Suggestion) => {
    close();
    onChoose?.(suggestion);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const chosen = shownSuggestions[marked];
    if (event.key === 'Escape' && shown) {
      event.preventDefault();
      close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      setMarked(moveMark(marked, shownSuggestions.length, event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter' && shown && chosen) {
      event.preventDefault();
      choose(chosen);
    } else if (event.key === 'Enter') {
      close();
    }
  };
  return {
    listId,
    optionId,
    marked,
    shown,
    suggestions: shownSuggestions,
    choose,
    open: () => {
      setOpen(true);
      setMarked(-1);
    },
    onBlur: close,
    inputProps: suggestions
      ? {
          role: 'combobox' as const,
          'aria-expanded': shown,
          'aria-controls': shown ? listId : undefined,
          'aria-autocomplete': 'list' as const,
          'aria-activedescendant': shown && marked >= 0 ? optionId(marked) : undefined,
          onKeyDown,
        }
      : {},
  };
}

/** From the field (−1) to the first, from the last back to the field, and the same backwards. */
export function moveMark(marked: number, count: number, step: 1 | -1): number {
  if (count === 0) return -1;
  const places = count + 1;
  return ((marked + 1 + step + places) % places) - 1;
}
