import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { portalRoutes } from './routes.tsx';

const place = document.getElementById('portal');
if (place === null) throw new TypeError('index.html has no place for the portal');

createRoot(place).render(
  <StrictMode>
    <RouterProvider router={createBrowserRouter(portalRoutes())} />
  </StrictMode>,
);
