import { describe, expect, it } from 'vitest';
import { decides, reaches } from '../../../../test/live/firewalls/clouds-reach.ts';
import { parseAzure } from './index.ts';

const rule = (priority: number, access: string, sourceAddressPrefix: string, more: object = {}): object => ({
  name: `r${priority}`,
  priority,
  access,
  direction: 'Inbound',
  protocol: 'Tcp',
  sourcePortRange: '*',
  sourceAddressPrefix,
  destinationAddressPrefix: '*',
  destinationPortRange: '6379',
  ...more,
});
const group = (...securityRules: readonly object[]) => [
  { text: JSON.stringify({ name: 'nsg1', securityRules }, null, 1) },
];
const networks = ['10.0.0.0/16'];

describe('network security groups', () => {
  it('are read as the command line prints them, with the default rules that it leaves out', () => {
    const { ruleSets, problems } = parseAzure(group(rule(100, 'Allow', '192.0.2.0/24')), { networks });
    expect([
      reaches(ruleSets, '192.0.2.1'),
      reaches(ruleSets, '10.0.0.9'),
      reaches(ruleSets, '8.8.8.8'),
    ]).toEqual(['certain', 'certain', 'no']);
    expect(reaches(ruleSets, '168.63.129.16')).toBe('certain');
    expect(decides(ruleSets, '192.0.2.1')?.text).toBe('r100: 100 allow Tcp 6379 from 192.0.2.0/24');
    expect(problems).toEqual([]);
  });

  it('take several prefixes and ports in one rule', () => {
    const more = {
      sourceAddressPrefix: '',
      sourceAddressPrefixes: ['192.0.2.1', '198.51.100.0/24'],
      destinationPortRange: '',
      destinationPortRanges: ['22', '6000-7000'],
    };
    const { ruleSets } = parseAzure(group(rule(100, 'Allow', '', more)), { networks });
    expect([
      reaches(ruleSets, '192.0.2.1'),
      reaches(ruleSets, '198.51.100.7'),
      reaches(ruleSets, '192.0.2.2'),
    ]).toEqual(['certain', 'certain', 'no']);
    expect(reaches(ruleSets, '192.0.2.1', 7001)).toBe('no');
  });

  it('let tags be what a document or the user says', () => {
    const tags = {
      values: [
        {
          name: 'Storage',
          properties: { systemService: 'AzureStorage', addressPrefixes: ['198.51.100.0/24'] },
        },
      ],
    };
    const text = group(rule(100, 'Allow', 'Storage'));
    expect(reaches(parseAzure(text, { networks }).ruleSets, '8.8.8.8')).toBe('depends');
    const known = parseAzure([...text, { text: JSON.stringify(tags) }], { networks });
    expect(reaches(known.ruleSets, '8.8.8.8')).toBe('no');
    expect(reaches(known.ruleSets, '198.51.100.1')).toBe('certain');
  });

  it('ask whether the host is in an application security group', () => {
    const more = {
      destinationAddressPrefix: '',
      destinationApplicationSecurityGroups: [{ id: '/subscriptions/x/asg/redis' }],
    };
    const text = group(rule(100, 'Allow', '*', more));
    const from = (applicationSecurityGroups?: readonly string[]) =>
      reaches(
        parseAzure(text, { networks, ...(applicationSecurityGroups && { applicationSecurityGroups }) })
          .ruleSets,
        '8.8.8.8',
      );
    expect([from(), from([]), from(['redis'])]).toEqual(['depends', 'no', 'certain']);
  });

  it('that are in force name the addresses behind their tags', () => {
    const effective = {
      value: [
        {
          networkSecurityGroup: { id: '/subscriptions/x/networkSecurityGroups/nsg1' },
          effectiveSecurityRules: [
            {
              ...rule(100, 'Allow', 'Storage'),
              destinationPortRange: '6379-6379',
              expandedSourceAddressPrefix: ['198.51.100.0/24'],
            },
            { ...rule(65_500, 'Deny', '0.0.0.0/0'), protocol: 'All', destinationPortRange: '0-65535' },
          ],
        },
      ],
    };
    const { ruleSets } = parseAzure([{ text: JSON.stringify(effective) }]);
    expect(ruleSets[0]?.subject.id).toBe('nsg1');
    expect([reaches(ruleSets, '198.51.100.1'), reaches(ruleSets, '8.8.8.8')]).toEqual(['certain', 'no']);
  });

  it('are found in templates, with parameters by their default and loops made', () => {
    const template = {
      $schema: 'x',
      parameters: {
        from: { defaultValue: '192.0.2.0/24' },
        open: {},
        ports: { defaultValue: ['22', '6379'] },
      },
      variables: { name: "[concat('a', '-nsg')]" },
      resources: [
        {
          type: 'Microsoft.Network/networkSecurityGroups',
          name: "[variables('name')]",
          properties: { securityRules: [] },
        },
        {
          type: 'Microsoft.Network/networkSecurityGroups/securityRules',
          name: "[concat(variables('name'), '/r', string(copyIndex()))]",
          copy: { name: 'loop', count: "[length(parameters('ports'))]" },
          properties: rule(100, 'Allow', "[parameters('from')]", {
            priority: '[copyIndex(100)]',
            destinationPortRange: "[parameters('ports')[copyIndex()]]",
          }),
        },
      ],
    };
    const { ruleSets, problems } = parseAzure([{ text: JSON.stringify(template) }], { networks });
    expect(ruleSets.map(({ subject }) => subject.id)).toEqual(['a-nsg']);
    expect([reaches(ruleSets, '192.0.2.1'), reaches(ruleSets, '8.8.8.8')]).toEqual(['certain', 'no']);
    expect(problems).toEqual([]);
    const open = JSON.stringify(template).replace("parameters('from')", "parameters('open')");
    expect(reaches(parseAzure([{ text: open }], { networks }).ruleSets, '8.8.8.8')).toBe('depends');
  });

  it('with a rule of unknown place are certain of nothing behind it', () => {
    const { ruleSets } = parseAzure(
      group(rule(100, 'Allow', '192.0.2.0/24'), { ...rule(0, 'Deny', '*'), priority: 'soon' }),
      { networks },
    );
    expect([reaches(ruleSets, '192.0.2.1'), reaches(ruleSets, '8.8.8.8')]).toEqual(['depends', 'no']);
  });
});
