import './button.css';
import type { ComponentProps, ReactElement } from 'react';
import { Link } from 'react-router';
import { Icon, type IconName } from './icon.tsx';

type Look = 'primary' | 'plain' | 'quiet';

type ButtonProps = ComponentProps<'button'> & { look?: Look; icon?: IconName };

export function Button({ look = 'plain', icon, children, className = '', ...rest }: ButtonProps): ReactElement {
  return (
    <button type="button" className={`button ${className}`} data-look={look} {...rest}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}

type ButtonLinkProps = ComponentProps<typeof Link> & { look?: Look; icon?: IconName };

/** Goes to another page but stands where people expect a button. */
export function ButtonLink({ look = 'plain', icon, children, className = '', ...rest }: ButtonLinkProps): ReactElement {
  return (
    <Link className={`button ${className}`} data-look={look} {...rest}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </Link>
  );
}
