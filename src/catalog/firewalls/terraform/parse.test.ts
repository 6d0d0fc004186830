import { describe, expect, it } from 'vitest';
import { decides, reaches } from '../../../../test/live/firewalls/clouds-reach.ts';
import { parseTerraform } from './index.ts';

const read = (text: string, context = {}) => parseTerraform([{ text, file: 'main.tf' }], context);
const group = (more: string, head = ''): string =>
  `${head}\nresource "aws_security_group" "r" {\n  ${more}\n}\n`;
const ingress = (cidrs: string, port = '6379'): string =>
  `ingress {\n    from_port = ${port}\n    to_port = ${port}\n    protocol = "tcp"\n    cidr_blocks = ${cidrs}\n  }`;
const outside = (text: string, context = {}): readonly string[] =>
  ['10.0.0.9', '192.0.2.1', '8.8.8.8'].map((source) => reaches(read(text, context).ruleSets, source));

describe('files of Terraform', () => {
  it('name the line of the rule', () => {
    const { ruleSets } = read(group(ingress('["10.0.0.0/8"]')));
    expect(decides(ruleSets, '10.0.0.9')).toMatchObject({ file: 'main.tf', line: 3 });
    expect(ruleSets[0]?.subject).toEqual({ kind: 'security-group', id: 'aws_security_group.r' });
  });

  it.each([
    [
      'a variable with a default',
      'variable "c" {\n default = ["10.0.0.0/8"]\n}',
      'var.c',
      ['certain', 'no', 'no'],
    ],
    ['a variable without', 'variable "c" {}', 'var.c', ['depends', 'depends', 'depends']],
    ['half a list', 'variable "c" {}', '["10.0.0.0/8", var.c]', ['certain', 'depends', 'depends']],
    [
      'lists put together',
      'variable "c" {}',
      'concat(["10.0.0.0/8"], var.c)',
      ['certain', 'depends', 'depends'],
    ],
    [
      'a local of a local',
      'locals {\n a = "10.0.0.0/8"\n b = [local.a]\n}',
      'local.b',
      ['certain', 'no', 'no'],
    ],
    [
      'locals in a circle',
      'locals {\n a = local.b\n b = local.a\n}',
      'local.a',
      ['depends', 'depends', 'depends'],
    ],
    [
      'a text with a variable',
      'variable "n" {\n default = 10\n}',
      '["${var.n}.0.0.0/8"]',
      ['certain', 'no', 'no'],
    ],
    [
      'a choice',
      'variable "open" {\n default = false\n}',
      'var.open ? ["0.0.0.0/0"] : ["10.0.0.0/8"]',
      ['certain', 'no', 'no'],
    ],
    [
      'a choice that nobody made',
      'variable "open" {}',
      'var.open ? ["0.0.0.0/0"] : ["10.0.0.0/8"]',
      ['depends', 'depends', 'depends'],
    ],
    ['a loop', '', '[for n in [10, 11] : "${n}.0.0.0/8" if n < 11]', ['certain', 'no', 'no']],
    [
      'an attribute of a resource',
      'resource "aws_vpc" "v" {\n cidr_block = "10.0.0.0/8"\n}',
      '[aws_vpc.v.cidr_block]',
      ['certain', 'no', 'no'],
    ],
    [
      'a function that is not computed',
      '',
      '[cidrsubnet("10.0.0.0/8", 8, 1)]',
      ['depends', 'depends', 'depends'],
    ],
    ['nobody', '', '[]', ['no', 'no', 'no']],
  ])('take %s', (_, head, cidrs, expected) => {
    expect(outside(group(ingress(cidrs), head))).toEqual(expected);
  });

  it('let values given from outside count before defaults', () => {
    const text = group(ingress('var.c'), 'variable "c" {\n default = ["10.0.0.0/8"]\n}');
    expect(outside(text, { variables: { c: ['192.0.2.0/24'] } })).toEqual(['no', 'certain', 'no']);
    const { ruleSets } = parseTerraform([
      { text, file: 'main.tf' },
      { text: 'c = ["8.0.0.0/8"]', file: 'terraform.tfvars' },
    ]);
    expect(reaches(ruleSets, '8.8.8.8')).toBe('certain');
  });

  it('make as many of a thing as they say', () => {
    const rule = (line: string): string =>
      `resource "aws_security_group" "r" {}\nvariable "n" {}\nresource "aws_security_group_rule" "x" {\n ${line}\n type = "ingress"\n security_group_id = aws_security_group.r.id\n from_port = 6379\n to_port = 6379\n protocol = "tcp"\n`;
    expect(outside(`${rule('count = 0')} cidr_blocks = ["0.0.0.0/0"]\n}`)).toEqual(['no', 'no', 'no']);
    expect(outside(`${rule('count = var.n')} cidr_blocks = ["10.0.0.0/8"]\n}`)).toEqual([
      'depends',
      'no',
      'no',
    ]);
    expect(
      outside(`${rule('count = 2')} cidr_blocks = [["10.0.0.0/8", "8.0.0.0/8"][count.index]]\n}`),
    ).toEqual(['certain', 'no', 'certain']);
    expect(
      outside(`${rule('for_each = toset(["10.0.0.0/8", "192.0.2.0/24"])')} cidr_blocks = [each.value]\n}`),
    ).toEqual(['certain', 'certain', 'no']);
    expect(outside(`${rule('for_each = { a = "8.0.0.0/8" }')} cidr_blocks = [each.value]\n}`)).toEqual([
      'no',
      'no',
      'certain',
    ]);
  });

  it('say where a group is made elsewhere', () => {
    const { ruleSets, problems } = read(
      'resource "aws_vpc_security_group_ingress_rule" "x" {\n security_group_id = var.sg\n cidr_ipv4 = "10.0.0.0/8"\n ip_protocol = "-1"\n}',
    );
    expect(ruleSets[0]?.subject.id).toBe('var.sg');
    expect(problems).toMatchObject([{ reason: expect.stringContaining('not declared here') }]);
  });

  it('know groups by their address', () => {
    const text = `${group('ingress {\n from_port = 0\n to_port = 0\n protocol = "-1"\n security_groups = [aws_security_group.app.id]\n }')}resource "aws_security_group" "app" {}\n`;
    const { ruleSets } = read(text, { members: { 'aws_security_group.app': ['10.0.0.9'] } });
    expect([reaches(ruleSets.slice(0, 1), '10.0.0.9'), reaches(ruleSets.slice(0, 1), '10.0.0.8')]).toEqual([
      'certain',
      'no',
    ]);
  });

  it('hold ACLs, and groups of Azure, rules of GCP and policies of Kubernetes', () => {
    const { ruleSets, problems } = read(
      `resource "aws_network_acl" "a" {
  ingress {
    rule_no = 100
    action = "allow"
    protocol = "tcp"
    cidr_block = "192.0.2.0/24"
    from_port = 6379
    to_port = 6379
  }
  egress {
    rule_no = 100
    action = "allow"
    protocol = "-1"
    cidr_block = "0.0.0.0/0"
    from_port = 0
    to_port = 0
  }
}
resource "azurerm_network_security_group" "a" {
  name = "n"
}
resource "azurerm_network_security_rule" "a" {
  name = "x"
  priority = 100
  direction = "Inbound"
  access = "Allow"
  protocol = "Tcp"
  source_port_range = "*"
  destination_port_range = "6379"
  source_address_prefix = "192.0.2.0/24"
  destination_address_prefix = "*"
  network_security_group_name = azurerm_network_security_group.a.name
}
resource "google_compute_firewall" "a" {
  name = "g"
  network = google_compute_network.n.name
  allow {
    protocol = "tcp"
    ports = ["6379"]
  }
  source_ranges = ["192.0.2.0/24"]
}
resource "kubernetes_network_policy" "a" {
  metadata {
    name = "k"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
    ingress {
      from {
        ip_block {
          cidr = "192.0.2.0/24"
        }
      }
    }
  }
}
`,
      { networks: ['10.0.0.0/16'], subnets: {} },
    );
    expect(ruleSets.map(({ subject }) => subject.kind)).toEqual([
      'network-acl',
      'network-security-group',
      'network',
      'pods',
    ]);
    for (const ruleSet of ruleSets)
      expect([ruleSet.subject.kind, reaches([ruleSet], '192.0.2.1'), reaches([ruleSet], '8.8.8.8')]).toEqual([
        ruleSet.subject.kind,
        'certain',
        'no',
      ]);
    expect(problems.filter(({ fatal }) => fatal)).toEqual([]);
  });

  it('may be written as JSON', () => {
    const json = {
      variable: { c: { default: ['10.0.0.0/8'] } },
      resource: {
        aws_security_group: {
          r: { ingress: [{ from_port: 6379, to_port: 6379, protocol: 'tcp', cidr_blocks: '${var.c}' }] },
        },
      },
    };
    const { ruleSets } = parseTerraform([{ text: JSON.stringify(json), file: 'main.tf.json' }]);
    expect([reaches(ruleSets, '10.0.0.9'), reaches(ruleSets, '8.8.8.8')]).toEqual(['certain', 'no']);
  });

  it('that break off leave everything open', () => {
    const { ruleSets, problems } = read(
      `${group(ingress('["10.0.0.0/8"]'))}resource "aws_security_group" "s" {`,
    );
    expect(problems).toMatchObject([{ fatal: true }]);
    expect(ruleSets.some((ruleSet) => reaches([ruleSet], '8.8.8.8') === 'depends')).toBe(true);
  });
});

describe('plans and states', () => {
  const resource = (values: object): object => ({
    address: 'aws_security_group.r',
    mode: 'managed',
    type: 'aws_security_group',
    name: 'r',
    values,
  });
  const entry = {
    from_port: 6379,
    to_port: 6379,
    protocol: 'tcp',
    ipv6_cidr_blocks: [],
    security_groups: [],
    self: false,
  };
  const plan = (more: object = {}): object => ({
    format_version: '1.2',
    planned_values: {
      root_module: { resources: [resource({ ingress: [{ ...entry, cidr_blocks: ['10.0.0.0/8'] }] })] },
    },
    ...more,
  });
  const json = (value: object) => parseTerraform([{ text: JSON.stringify(value), file: 'plan.json' }]);

  it('are read as they will be', () => {
    const { ruleSets, problems } = json(plan());
    expect([reaches(ruleSets, '10.0.0.9'), reaches(ruleSets, '8.8.8.8')]).toEqual(['certain', 'no']);
    expect(problems).toEqual([]);
  });

  it('leave open what is known only after apply', () => {
    const changes = {
      resource_changes: [
        { address: 'aws_security_group.r', change: { after_unknown: { ingress: [{ cidr_blocks: true }] } } },
      ],
    };
    expect(reaches(json(plan(changes)).ruleSets, '8.8.8.8')).toBe('depends');
  });

  it('find the group of a rule by what the configuration refers to', () => {
    const rule = {
      address: 'aws_security_group_rule.x',
      mode: 'managed',
      type: 'aws_security_group_rule',
      name: 'x',
      values: { ...entry, type: 'ingress', cidr_blocks: ['192.0.2.0/24'] },
    };
    const { ruleSets } = json({
      format_version: '1.2',
      planned_values: {
        root_module: {
          child_modules: [
            {
              address: 'module.m',
              resources: [
                { ...resource({}), address: 'module.m.aws_security_group.r' },
                { ...rule, address: 'module.m.aws_security_group_rule.x' },
              ],
            },
          ],
        },
      },
      resource_changes: [
        {
          address: 'module.m.aws_security_group_rule.x',
          // The provider fills in the other group, which nobody named.
          change: { after_unknown: { security_group_id: true, source_security_group_id: true } },
        },
      ],
      configuration: {
        root_module: {
          module_calls: {
            m: {
              module: {
                resources: [
                  {
                    mode: 'managed',
                    type: 'aws_security_group_rule',
                    name: 'x',
                    expressions: {
                      security_group_id: { references: ['aws_security_group.r.id', 'aws_security_group.r'] },
                    },
                  },
                ],
              },
            },
          },
        },
      },
    });
    expect(ruleSets.map(({ subject }) => subject.id)).toEqual(['module.m.aws_security_group.r']);
    expect(reaches(ruleSets, '192.0.2.1')).toBe('certain');
    expect(reaches(ruleSets, '10.0.0.9')).toBe('no');
  });

  it('may be a state, as Terraform shows it or keeps it', () => {
    const shown = {
      format_version: '1.0',
      values: {
        root_module: {
          resources: [resource({ id: 'sg-1', ingress: [{ ...entry, cidr_blocks: ['10.0.0.0/8'] }] })],
        },
      },
    };
    expect(json(shown).ruleSets[0]?.subject.id).toBe('sg-1');
    const kept = {
      version: 4,
      terraform_version: '1.9.0',
      resources: [
        {
          mode: 'managed',
          type: 'aws_security_group',
          name: 'r',
          instances: [{ attributes: { id: 'sg-1', ingress: [{ ...entry, cidr_blocks: ['10.0.0.0/8'] }] } }],
        },
      ],
    };
    expect(reaches(json(kept).ruleSets, '10.0.0.9')).toBe('certain');
  });

  it('of a version to come are said to be so', () => {
    expect(json({ ...plan(), format_version: '2.0' }).problems).toMatchObject([
      { fatal: true, reason: expect.stringContaining('newer') },
    ]);
  });
});
