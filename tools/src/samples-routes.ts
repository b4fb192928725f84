/** Every address of the public API that the samples are sent to, in one place. */

export const routes = {
  clock: '/v1/dev/clock',
  policies: '/v1/policies',
  subjects: '/v1/subjects',
  facts: (subject: string): string => `/v1/subjects/${subject}/facts`,
  proposers: (subject: string): string => `/v1/subjects/${subject}/proposers`,
  quotas: '/v1/quotas',
  quotasOf: (subject: string): string => `/v1/quotas?subject=${subject}`,
  quota: (id: string, noun: string): string => `/v1/quotas/${id}/${noun}`,
  agencies: '/v1/agencies',
  qualifications: (agency: string): string => `/v1/agencies/${agency}/qualifications`,
  products: (agency: string): string => `/v1/agencies/${agency}/products`,
  recognition: (province: string, agency: string): string => `/v1/recognitions/${province}/${agency}`,
  orders: '/v1/orders',
  oneOrder: (id: string): string => `/v1/orders/${id}`,
  order: (id: string, noun: string): string => `/v1/orders/${id}/${noun}`,
  engagements: '/v1/engagements',
  engagement: (order: string, noun: string): string => `/v1/engagements/${order}/${noun}`,
  closeWindow: (window: number): string => `/v1/windows/${window}/close`,
  window: (window: number): string => `/v1/windows/${window}`,
} as const;
