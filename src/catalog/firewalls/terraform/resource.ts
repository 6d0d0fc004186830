import type { Lines, Value } from '../cloud-shared/index.ts';

/** A resource as it will be made, or is: blocks stand as lists of objects, as in `terraform show -json`. */
export interface Resource {
  readonly type: string;
  /** `module.a.aws_security_group.b[0]` */
  readonly address: string;
  readonly values: Value;
  /** In which line it begins, and its parts. */
  readonly lines: Lines;
  readonly file?: string;
  /** Set where it is not known whether it is made at all. */
  readonly onlyIf?: string;
}

/** What we read of all that Terraform makes. */
export const isOfInterest = (type: string): boolean =>
  /^(?:aws_(?:default_)?(?:security_group|network_acl)(?:_rule)?|aws_vpc_security_group_ingress_rule|aws_vpc|azurerm_network_security_(?:group|rule)|google_compute_(?:firewall|network_firewall_policy_rule|region_network_firewall_policy_rule|firewall_policy_rule)|kubernetes_network_policy(?:_v1)?)$/.test(
    type,
  );

/** What a reference to an attribute of a resource refers to: `aws_security_group.b` of `aws_security_group.b.id`. */
export const referred = (text: string): string =>
  text.replace(/^\$\{|\}$/g, '').replace(/\.(?:id|arn|name|self_link|security_group_id)$/, '');
