import type { Address, CodeableConcept, ContactPoint, HumanName, Identifier, RelatedPerson } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import type { LoaderFunctionArgs } from 'react-router';
import { identifierSystems } from '#platform/names';
import { type Column, DataTable, DefinitionList, PageHeading, Panel, useLocale } from '#platform/ui';
import { languageOf } from '#platform/wording';
import { addressLine, fullName, homeAddress, preferredName, reachableBy } from '../domain/person.ts';
import { type CardData, useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { cardMessages } from './messages/card.ts';
import { codeKey, codeMessages } from './messages/codes.ts';
import { sectionMessages } from './messages/sections.ts';
import { ConceptList } from './parts/concept-text.tsx';
import { KnownCode, Relation } from './parts/known-code.tsx';
import { PhoneLink } from './parts/phone-link.tsx';
import { nameOfReference } from './parts/references.ts';
import { SourceLink } from './parts/source-link.tsx';
import { record } from './record.ts';

export async function loader({ params, request: { signal } }: LoaderFunctionArgs): Promise<readonly RelatedPerson[]> {
  return (await record.searchAll('RelatedPerson', { patient: params['patientId'] ?? '', _count: 50 }, 200, signal))
    .matches;
}

/** How to reach a person, who stands close to them, and where they are registered. */
export function Component(): ReactElement {
  const { t } = useLocale(cardMessages);
  const card = useCard();
  const relatives = useLoaded<typeof loader>();
  return (
    <div className="stack">
      <PageHeading level={2} hidden documentTitle={t('tabContacts')}>
        {t('tabContacts')}
      </PageHeading>
      <div className="summary-grid">
        <ContactPanel card={card} />
        <NumbersPanel card={card} />
        <div className="wide">
          <FamilyPanel card={card} relatives={relatives} />
        </div>
      </div>
    </div>
  );
}

function ContactPanel({ card: { patient, related } }: { card: CardData }): ReactElement {
  const { t } = useLocale(sectionMessages);
  const words = useLocale(cardMessages);
  const unknown = words.t('notRecorded');
  const languages = (patient.communication ?? []).map(({ language }) => language).filter((one) => one !== undefined);
  return (
    <Panel title={t('contacts')} icon="person" level={3}>
      <DefinitionList
        layout="rows"
        facts={[
          { label: t('address'), value: addressLine(homeAddress(patient.address)) ?? unknown },
          { label: t('phone'), value: phoneLinks(patient.telecom) ?? unknown },
          { label: t('email'), value: reachableBy(patient.telecom, 'email').join(', ') || unknown },
          {
            label: t('languageOfPerson'),
            value:
              languages.length === 0
                ? unknown
                : languages.map((one, index) => (
                    <KnownCode key={index} list="speaks" concept={one} language={languageOf(patient)} />
                  )),
          },
          {
            label: words.t('familyDoctor'),
            value: nameOfReference(patient.generalPractitioner?.[0], related) ?? unknown,
          },
          { label: t('attachment'), value: nameOfReference(patient.managingOrganization, related) ?? unknown },
        ]}
      />
    </Panel>
  );
}

function NumbersPanel({ card: { patient } }: { card: CardData }): ReactElement {
  const { t } = useLocale(sectionMessages);
  const words = useLocale(cardMessages);
  const numbers = patient.identifier ?? [];
  return (
    <Panel
      title={t('identifiers')}
      icon="document"
      level={3}
      actions={<SourceLink type="Patient" id={patient.id ?? ''} />}
    >
      {numbers.length === 0 ? (
        <p className="soft">{words.t('nothingRecorded')}</p>
      ) : (
        <ul className="bare-list plain-list">
          {numbers.map((identifier, index) => (
            <li key={index}>
              <span className="soft">{<NumberKind identifier={identifier} language={languageOf(patient)} />}</span>
              <strong translate="no" style={{ overflowWrap: 'anywhere' }}>
                {identifier.value}
              </strong>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function NumberKind({ identifier, language }: { identifier: Identifier; language: string }): ReactElement {
  const { t } = useLocale(codeMessages);
  const kind = Object.entries(identifierSystems).find(([, system]) => system === identifier.system)?.[0];
  const key = codeKey('number', kind);
  if (key !== undefined) return <>{t(key)}</>;
  return identifier.type ? <ConceptList concepts={[identifier.type]} language={language} /> : <>{t('number.other')}</>;
}

type CloseOne = {
  readonly key: string;
  readonly name: HumanName | undefined;
  readonly relations: readonly CodeableConcept[];
  readonly language: string;
  readonly telecom: readonly ContactPoint[] | undefined;
  readonly address: Address | undefined;
};

function FamilyPanel({
  card: { patient },
  relatives,
}: {
  card: CardData;
  relatives: readonly RelatedPerson[];
}): ReactElement {
  const { t } = useLocale(sectionMessages);
  const rows: CloseOne[] = [
    ...(patient.contact ?? []).map((contact, index) => ({
      key: `contact ${index}`,
      name: contact.name,
      relations: contact.relationship ?? [],
      language: languageOf(patient),
      telecom: contact.telecom,
      address: contact.address,
    })),
    ...relatives.map((person) => ({
      key: person.id ?? '',
      name: preferredName(person.name),
      relations: person.relationship ?? [],
      language: languageOf(person),
      telecom: person.telecom,
      address: person.address?.[0],
    })),
  ];
  return (
    <Panel title={t('family')} icon="people" level={3}>
      <DataTable
        caption={t('family')}
        columns={useFamilyColumns()}
        rows={distinctPeople(rows)}
        rowKey={({ key }) => key}
        empty={t('noFamily')}
      />
    </Panel>
  );
}

/** A parent may stand both as contact and as relative: the same name and telephone is the same person. */
function distinctPeople(people: readonly CloseOne[]): CloseOne[] {
  const sameness = ({ name, telecom }: CloseOne) => `${fullName(name) ?? ''} ${reachableBy(telecom, 'phone')[0] ?? ''}`;
  return [...new Map(people.map((person) => [sameness(person), person])).values()];
}

function useFamilyColumns(): Column<CloseOne>[] {
  const { t } = useLocale(sectionMessages);
  return [
    { id: 'person', heading: t('person'), rowHeading: true, cell: ({ name }) => fullName(name) },
    {
      id: 'relation',
      heading: t('relation'),
      cell: ({ relations, language }) => <Relation relations={relations} language={language} />,
    },
    { id: 'phone', heading: t('phone'), cell: ({ telecom }) => phoneLinks(telecom) },
    { id: 'address', heading: t('address'), cell: ({ address }) => addressLine(address) },
  ];
}

function phoneLinks(telecom: readonly ContactPoint[] | undefined): ReactElement | undefined {
  const numbers = reachableBy(telecom, 'phone');
  if (numbers.length === 0) return undefined;
  return (
    <>
      {numbers.map((number, index) => (
        <span key={number}>
          {index > 0 && ', '}
          <PhoneLink number={number} />
        </span>
      ))}
    </>
  );
}
