import { text } from '#platform/config';

const host = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;

export const subscriptionSettings = {
  VSIS_SUBSCRIPTION_HOSTS: text({
    since: '0.1',
    accepts: 'names of hosts with commas between; `*.` before a name stands for all names below it',
    about:
      'Hosts that notifications of subscriptions (rest-hook) may be sent to, always by https. Without any, none may; demo mode allows this machine beside them.',
    check: (hosts) =>
      hosts.split(',').every((each) => host.test(each.trim()))
        ? undefined
        : 'must be names of hosts with commas between',
  }),
};
