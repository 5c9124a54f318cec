import { Routes } from '@angular/router';

export const companiesRoutes: Routes = [
  {
    path: '',
    title: 'titles.companies',
    loadComponent: () => import('./companies-page').then((file) => file.CompaniesPage),
  },
  {
    path: 'new',
    title: 'titles.companyNew',
    loadComponent: () => import('./new-company-page').then((file) => file.NewCompanyPage),
  },
  {
    path: ':id',
    title: 'titles.company',
    loadComponent: () => import('./company-page').then((file) => file.CompanyPage),
  },
];
