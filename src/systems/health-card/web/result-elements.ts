/**
 * The elements of an Observation that the card shows, by the names they have in JSON: a server need not know that "value"
 * stands for all of its kinds.
 */
export const resultElements = [
  'status,category,code,language,issued,effectiveDateTime,effectivePeriod,effectiveInstant,dataAbsentReason,interpretation',
  'referenceRange,component,valueQuantity,valueCodeableConcept,valueString,valueBoolean,valueInteger,valueRange,valueRatio',
  'valueSampledData,valueTime,valueDateTime,valuePeriod',
].join(',');
