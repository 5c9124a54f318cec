import { describe, expect, it } from '@jest/globals';
import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Location } from '@angular/common';
import { provideRouter, Router, UrlSerializer } from '@angular/router';
import { RawQueryUrlSerializer } from './raw-query-url-serializer';

@Component({ template: '' })
class Empty {}

const requests = [
  '/oauth/authorize?clientId=a&redirectUri=https%3A%2F%2Fx.example%2Fcb%3Fa%3D1&state=a+b%20c',
  '/oauth/authorize?state=%7B%22a%22%3A1%7D&state=twice&scope=read%2Bwrite',
  '/oauth/authorize?client_id=%C3%A4&state=&empty&x=%2f%2F',
];

describe('the query of an authorization request', () => {
  it.each(requests)('passes the router byte for byte: %s', async (url) => {
    TestBed.configureTestingModule({
      providers: [
        provideRouter([{ path: 'oauth/authorize', component: Empty }]),
        { provide: UrlSerializer, useClass: RawQueryUrlSerializer },
      ],
    });
    const router = TestBed.inject(Router);
    await router.navigateByUrl(url);
    expect(router.url).toBe(url);
    expect(TestBed.inject(Location).path()).toBe(url);
  });

  it('survives the way through the sign-in page', () => {
    TestBed.configureTestingModule({
      providers: [provideRouter([]), { provide: UrlSerializer, useClass: RawQueryUrlSerializer }],
    });
    const router = TestBed.inject(Router);
    for (const url of requests) {
      const signIn = router.serializeUrl(
        router.createUrlTree(['/sign-in'], { queryParams: { returnTo: url } }),
      );
      expect(router.parseUrl(signIn).queryParams['returnTo']).toBe(url);
    }
  });

  it('is written anew for addresses that the portal makes itself', () => {
    const serializer = new RawQueryUrlSerializer();
    const tree = serializer.parse('/a?b=c');
    tree.queryParams = { d: 'e f' };
    expect(serializer.serialize(tree)).toBe('/a?d=e%20f');
  });
});
