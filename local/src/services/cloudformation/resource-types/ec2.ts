/**
 * Networks. The local AWS has none: the resources only have ids and addresses, so that templates with a function in a
 * VPC can be deployed.
 */
// documented: template reference, each type: what Ref and GetAtt return, and what replaces the resource
import { randomBytes, randomInt } from 'node:crypto';
import { type Properties } from '../template';
import { type ResourceType } from './resource-type';

type Attributes = (id: string, properties: Properties) => Readonly<Record<string, unknown>>;

/** A part of a network. Its id has a prefix. */
function part(prefix: string, attributesOf: Attributes = () => ({})): ResourceType {
  return {
    create({ properties }) {
      const id = `${prefix}-${randomBytes(8).toString('hex')}`;
      return Promise.resolve({ physicalId: id, attributes: attributesOf(id, properties) });
    },
    update: request => Promise.resolve(request),
    delete: () => Promise.resolve(),
  };
}

/** An address of the block for documentation, 203.0.113.0/24. */
const elasticIp: ResourceType = {
  ...part('eipalloc'),
  create() {
    const address = `203.0.113.${randomInt(1, 255)}`;
    const attributes = { PublicIp: address, AllocationId: `eipalloc-${randomBytes(8).toString('hex')}` };
    return Promise.resolve({ physicalId: address, attributes });
  },
};

export const EC2: Readonly<Record<string, ResourceType>> = {
  'AWS::EC2::EIP': elasticIp,
  'AWS::EC2::InternetGateway': part('igw', id => ({ InternetGatewayId: id })),
  'AWS::EC2::NatGateway': part('nat', id => ({ NatGatewayId: id })),
  'AWS::EC2::Route': part('r'),
  'AWS::EC2::RouteTable': part('rtb', id => ({ RouteTableId: id })),
  'AWS::EC2::SecurityGroup': part('sg', (id, { VpcId }) => ({ GroupId: id, Id: id, VpcId })),
  'AWS::EC2::Subnet': part('subnet', (id, { AvailabilityZone, CidrBlock, VpcId }) => ({
    SubnetId: id,
    AvailabilityZone,
    CidrBlock,
    VpcId,
  })),
  'AWS::EC2::SubnetRouteTableAssociation': part('rtbassoc', id => ({ Id: id })),
  'AWS::EC2::VPC': part('vpc', (id, { CidrBlock }) => ({ VpcId: id, CidrBlock })),
  'AWS::EC2::VPCGatewayAttachment': part('attach'),
};
