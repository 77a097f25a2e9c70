/* eslint-disable @typescript-eslint/no-deprecated -- the schema that every Grafana from 10 on reads from files: see
   docs/decisions/0021-dashboards-as-code.md */
import { DashboardBuilder, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** A dashboard in Grafana's classic JSON. */
export type ClassicDashboard = Dashboard;
export const classicDashboard = (title: string): DashboardBuilder => new DashboardBuilder(title);
