import './card-page.css';
import type { Attachment, CodeableConcept, DiagnosticReport, DocumentReference, Reference } from '@medplum/fhirtypes';
import { type ReactElement, useState } from 'react';
import type { LoaderFunctionArgs } from 'react-router';
import { Badge, Button, PageHeading, Panel, useLocale } from '#platform/ui';
import { languageOf, wordingOfConcept } from '#platform/wording';
import { timeOf } from '../domain/results.ts';
import { useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { sectionMessages } from './messages/sections.ts';
import { ConceptText } from './parts/concept-text.tsx';
import { DocumentViewer } from './parts/document-viewer.tsx';
import { SourceLink } from './parts/source-link.tsx';
import { record } from './record.ts';

/** Papers of a person: documents, and reports that carry a text of their own. */
export async function loader({ params, request: { signal } }: LoaderFunctionArgs): Promise<readonly Paper[]> {
  const patient = params['patientId'] ?? '';
  const [documents, reports] = await Promise.all([
    record.searchAll('DocumentReference', { patient, _sort: '-date', _count: 100 }, 500, signal),
    record.searchAll('DiagnosticReport', { patient, _sort: '-date', _count: 100 }, 500, signal),
  ]);
  return [...documents.matches.map(ofDocument), ...reports.matches.map(ofReport)].toSorted(
    (a, b) => timeOf(b.date) - timeOf(a.date),
  );
}

/** A paper with what there is to read of it. */
type Paper = {
  readonly id: string;
  readonly type: 'DocumentReference' | 'DiagnosticReport';
  readonly concept: CodeableConcept | undefined;
  readonly language: string;
  readonly date: string | undefined;
  readonly author: Reference | undefined;
  readonly mark: 'replaced' | 'withdrawn' | undefined;
  readonly attachments: readonly Attachment[];
  readonly conclusion: string | undefined;
};

function ofDocument(document: DocumentReference): Paper {
  return {
    id: document.id ?? '',
    type: 'DocumentReference',
    concept: document.description === undefined ? document.type : { ...document.type, text: document.description },
    language: languageOf(document),
    date: document.date,
    author: document.author?.[0] ?? document.custodian,
    mark:
      document.status === 'superseded' ? 'replaced' : document.status === 'entered-in-error' ? 'withdrawn' : undefined,
    attachments: document.content?.flatMap(({ attachment }) => attachment ?? []) ?? [],
    conclusion: undefined,
  };
}

function ofReport(report: DiagnosticReport): Paper {
  return {
    id: report.id ?? '',
    type: 'DiagnosticReport',
    concept: report.code,
    language: languageOf(report),
    date: report.effectiveDateTime ?? report.effectivePeriod?.start ?? report.issued,
    author: report.resultsInterpreter?.[0] ?? report.performer?.[0],
    mark: report.status === 'entered-in-error' || report.status === 'cancelled' ? 'withdrawn' : undefined,
    attachments: report.presentedForm ?? [],
    conclusion: report.conclusion,
  };
}

export function Component(): ReactElement {
  const { t } = useLocale(sectionMessages);
  const papers = useLoaded<typeof loader>();
  const { patient } = useCard();
  const documents = papers.filter(({ type }) => type === 'DocumentReference');
  const reports = papers.filter(({ type }) => type === 'DiagnosticReport');
  return (
    <div className="stack" key={patient.id}>
      <PageHeading level={2} hidden documentTitle={t('documents')}>
        {t('documents')}
      </PageHeading>
      <PaperPanel title={t('documents')} papers={documents} empty={t('noDocuments')} />
      <PaperPanel title={t('reports')} papers={reports} empty={t('noReports')} />
    </div>
  );
}

function PaperPanel({
  title,
  papers,
  empty,
}: {
  title: string;
  papers: readonly Paper[];
  empty: string;
}): ReactElement {
  return (
    <Panel title={title} icon="document" level={3}>
      {papers.length === 0 ? (
        <p className="soft">{empty}</p>
      ) : (
        <ul className="bare-list document-list">
          {papers.map((paper) => (
            <li key={paper.id}>
              <PaperLine paper={paper} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function PaperLine({ paper }: { paper: Paper }): ReactElement {
  const { t, date, language } = useLocale(sectionMessages);
  const [open, setOpen] = useState(false);
  const readable = paper.attachments.length > 0;
  const title = wordingOfConcept(paper.concept, paper.language, language)?.text ?? t('document');
  return (
    <>
      <div className="row-spread">
        <div>
          <p>
            <strong>
              <ConceptText concept={paper.concept} language={paper.language} />
            </strong>{' '}
            {paper.mark && <Badge tone="danger">{t(paper.mark)}</Badge>}
          </p>
          <p className="soft small">
            <span className="numbers">{paper.date && date(paper.date, 'medium')}</span>
            {paper.author?.display && ` · ${paper.author.display}`}{' '}
            <SourceLink type={paper.type} id={paper.id} what={title} />
          </p>
          {paper.conclusion !== undefined && (
            <p>
              <ConceptText concept={{ text: paper.conclusion }} language={paper.language} />
            </p>
          )}
        </div>
        {readable && (
          <Button
            className="screen-only"
            aria-expanded={open}
            aria-label={`${t(open ? 'close' : 'open')}: ${title}`}
            onClick={() => {
              setOpen(!open);
            }}
          >
            {t(open ? 'close' : 'open')}
          </Button>
        )}
      </div>
      {open &&
        paper.attachments.map((attachment, index) => (
          <DocumentViewer key={index} attachment={attachment} title={title} />
        ))}
    </>
  );
}
