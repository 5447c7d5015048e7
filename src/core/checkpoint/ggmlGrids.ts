/**
 * The grids of GGML's IQ types (ggml-common.h of ggml-org/ggml): every code stands for 8 values (IQ3: 4)
 * out of 3 (IQ3: 8). Each character holds 4 (IQ3: 2) of them as digits, the first the lowest.
 */

/** Unpacks a grid on first use. */
function grid(map: readonly number[], digits: number, text: string): () => Int8Array {
  let values: Int8Array | undefined;
  return () => {
    if (values) return values;
    values = new Int8Array(text.length * digits);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      // From ( on, without the backslash and the backtick.
      let rest = code - 40 - Number(code > 92) - Number(code > 96);
      for (let digit = 0; digit < digits; digit++) {
        values[i * digits + digit] = map[rest % map.length]!;
        rest = Math.floor(rest / map.length);
      }
    }
    return values;
  };
}

export const iq2xxsGrid = grid(
  [8, 25, 43],
  4,
  '((*(,(.(0(2(4(:(<(@(B(D(F(L(R(V(X(_(b(h(t())+)1)5)C)c)o)(***<*b*)+++1+;+=+C+E+I+U+a+c+i+u+(,' +
    '*,.,:,H,],_,j,/-1-C-c-u-(.,...4.@.D.F.L.N.f.+/C/*040)1+111;1C1U1c1i1m1(2.2:2L2T2_2=3G3(4.4:4' +
    '>4J4_475W5(666)7+717C7a7(8,8r8M9(:*:0:F:V:_:b:A;I;(<*<)=+=1=C=Q=(>D>X>i?.@:@l@FB)C+C1C7C;C=C' +
    'CCICQCUCaCcCiC(D:DVD_DdD)E1EIEQE[E(F.F:F_FpF3G=G(H)I+I1ICIGI(JRJVJbJGKiK(L.L2L8L:L_LfL+MEMuM' +
    'jNiOkO0P)QOQ(R2R8RXRCS.T+U1UCU[U(VPV7WUW(X,X1Y3YcYE[(_*_0_D_b_+a7aCa2b)c+c1c5cCcUc(dHdld/eCe' +
    'Ue*f+g2h+i1i=iCisi6j_jGk(l<lFlMmao:p*rLrdr/s(t7uLx+y',
);

export const iq2xsGrid = grid(
  [8, 25, 43],
  4,
  '((*(,(.(0(2(4(6(8(:(<(>(@(D(F(H(J(L(N(P(R(V(X(_(b(d(f(j(l(p(r())+)-)/)1)3)5)7)9);)=)C)E)G)I)' +
    'M)O)U)[)a)c)i)(***,*.*2*4*:*D*F*L*P*_*h*)+++-+/+1+3+5+7+;+=+C+E+G+I+M+O+Q+U+a+c+i+(,*,,,.,2,' +
    '4,:,D,F,L,V,_,)-+-1-?-C-E-c-(.*.,...0.2.4.:.>.D.F.L.R._.r.z.)/+/1/C/a/g/(0:0@0n0r0)1+1-1/111' +
    '315171;1=1C1E1G1I1M1O1U1^1a1c1i1(2*2,2.22242:2D2F2L2_2l2n2)3+3-313C3U3(4*4,4.42444:4D4F4J4L4' +
    'X4_4)5+515C5(646J6)7+71737C7O7e7(8,8Z8M9y9(:*:,:.:0:2:4:::D:F:L:_:r:);+;1;C;I;Y;(<<<_<x<)=+=' +
    '1=A=C=(>D>N>p>)?9?w?(@.@0@:@P@f@t@[AiA.B:BbBfBhB)C+C-C/C1C3C5C7C;C=CCCECGCICKCMCOCUCYCaCcCiC' +
    '(D*D,D.D2D4D:DDDFDLD_DdDtD)E+E1E3EAECE(F*F,F.F2F4F8F:FDFFFLF_FlF)G+G1G=GCGqG(H0HFHLH)I+I1ICI' +
    'GIOIWI(J2JFJLJ]J+K(L*L,L.L2L4L:L@LDLFLLL_L)M+M1M5MCMEM(NFNzN)O+O1O;OCOUOaOsO(P.P_PfP;Q[QsQ(R' +
    '4RDRLRpR9SCSESdT)U+U1UCUOUWUeUyU(V=WKWkW(X6X1YCYGYuY)[^[>]-^O^W^(_*_,_._2_4_:_B_D_F_L___b_x_' +
    'z_)a+a-a1aCaMaSa(b:b_bbbrbxb)c+c1c3c5cCcUcgc(dFdvd7e^e(f.f>fTf_fbfxf-g<h_hfhnhxh)i+i1iCiQici' +
    '(j<jXjQkgk(l,lFlLlRlAmimkmDnMowoJp5qUq(r*r.r0r:rBrrrMsSsws(t*t.tBt_trtCumuYwow0x:x<x@xrxxx+y' +
    'cyey@zBzjzzz',
);

export const iq2sGrid = grid(
  [8, 25, 43],
  4,
  '((*(,(.(0(2(4(6(8(:(<(>(@(D(F(H(J(L(N(P(R(V(X(Z(](_(b(d(f(j(l(r(v(z())+)-)/)1)3)5)7);)=)C)E)' +
    'G)I)M)O)Q)S)U)Y)[)a)c)i)k)m)s)u)(***,*.*2*4*:*B*D*F*H*J*L*P*_*d*h*l*t*)+++-+/+1+3+5+7+;+=+?+' +
    'A+C+E+G+I+K+M+O+Q+S+U+W+Y+a+c+e+g+i+m+o+s+u+(,*,,,.,0,2,4,6,8,:,>,@,D,F,H,J,L,N,P,R,V,X,_,b,' +
    'd,f,j,l,r,)-+---/-1-5-C-G-I-M-O-U-a-c-i-(.*.,...2.4.6.8.:.>.B.D.F.H.J.L.N.P.R.V.X._.d.l.z.)/' +
    '+/1/3/5/7/;/C/G/I/M/O/U/a/i/(02040<0@0B0L0p0)1+1-1/111315171;1=1?1C1E1G1I1M1O1Q1S1U1W1Y1[1a1' +
    'c1e1i1m1o1s1u1(2*2,2.20222426282:2<2>2@2D2F2H2J2L2N2P2R2V2X2_2b2d2f2j2l2)3+3/31353;3=3C3G3M3' +
    'O3a3c3i3(4*4,4.424446484:4>4@4D4F4H4J4L4N4P4R4V4X4_4b4d4f4j4l4r4)5+5-5/515355575;5=5C5E5G5I5' +
    'M5O5U5a5c5i5(6,6.62646:6D6F6L6_6z6)7+7-7/7175777;7C7E7G7I7M7O7U7a7c7(8*8,8.82848:8D8F8L8]8t8' +
    '+919C9Q9(:*:,:.:2:4:6:8:::>:B:D:F:L:N:P:X:_:h:l:z:);+;1;3;5;;;C;E;G;M;O;U;a;c;i;(<0<<<@<B<F<' +
    'L<f<h<x<)=+=-=/=1=5=7=;===C=E=G=I=M=O=U=a=c=i=(>,>.>2>4>:>D>F>L>Z>_>)?+?1?C?S?(@,@2@4@D@F@L@' +
    'h@z@)A+A1AmA0B<BXBfBhB)C+C-C/C1C3C5C7C9C;C=C?CCCECGCICKCMCOCQCSCUCWCYCaCcCiCmCoCsCuC(D*D,D.D' +
    '2D4D6D8D:D<D>DDDFDHDJDLDNDPDRDVDXD_DbDdDfDjDlDrD)E+E1E3E5E7E=ECEGEIEMEOEUEaEcE(F*F,F.F0F2F4F' +
    '6F8F:F<F>F@FDFFFHFJFLFNFPFRFVFXF_FbFdFfFjFlFrF)G+G-G/G1G3G5G7G;G=GCGEGGGIGMGOGUG^GaGcGiG(H*H' +
    ',H.H2H4H:HDHFHLH_HvH)I+I/I1I3I5I7I;I=ICIEIGIIIMIOIUIcIiI(J*J,J.J2J4J:JDJFJLJ_JnJ)K+K1KCK(L*L' +
    ',L.L2L4L6L8L:L<L>L@LDLFLHLJLLLNLPLRLVLXL_LbLdLfLjLlL)M+M-M/M1M3M5M7M;M=MCMEMGMIMMMOMUMaMcMiM' +
    '(N,N.N2N4N:NDNFNLN]N_N)O+O-O/O1O3O5O7O;O=OCOEOGOIOMOOOUOaOcOiO(P*P,P.P2P4P:PDPFPLP_P)Q+Q1Q?Q' +
    'CQ(R*R,R.R2R4R:RDRFRLRTR_R)S+S1SCS(T8TdTxT)U+U-U1U3U5U7U;U=UCUGUIUMUOUUUcUiU(V*V,V.V2V4V:VDV' +
    'FVLV_VpV+W1WCWQWsW(X,X.X2X4X:XDXFXLX_X)Y+Y1YCYKY[YkY(ZlZ)[+[1[Y[o[(]B]E^s^(_*_,_._2_4_8_:_>_' +
    'D_F_L_N_P_R_V___d_j_l_)a+a/a1a3a5a7a;a=aCaEaGaIaMaOaaacaiaya(b,b0b2b4bDbFbLb)c+c-c/c1c3c5c7c' +
    ';cCcEcGcIcMcOcUcacccic(d*d,d.d2d4d:dDdFdLd_dhd)e+e1eAeCe(f,f2f4fDfFfLftf)g+gCgYg<hRhThbhth)i' +
    '+i/i1i3i5i7i=iCiEiGiIiMiOiUiaiciii(j,j2j4jDjFjLjTj)k+k1kCkwk(l*l,l.l2l4l:lDlFlLl_lnl)m+m1mCm' +
    'omsm(nHnXn)o+o1o?oCoyo(pJpNpiq(r,r0r4r<rBrDrFrLrtrzrCsYs*t0t<t@tBtbtfthtxt)u+u1uCuguuu(v8vMw' +
    '0x@xtxOyey.z0z:z<z@zfzzz',
);

export const iq3xxsGrid = grid(
  [4, 12, 20, 28, 36, 44, 52, 62],
  2,
  '((*(,(1(3(7(8(:(A(J(e(g())+)0)2)9)=)@)B)I)T)b)(***,*1*8*:*A*C*G*Q*W*g*)+/+0+2+=+b+3,G,L,W,e,' +
    'g,)-/-B-R-E.].0/4/6/K/Y/)0+0002090;0@0B0D0O0P0(1*11181:1)2+2022292@2d2(3*383A3N3_3)4-4P485<5' +
    'N5c5-6:7H7(8*8183888:8>8A8J8)9+9-9092999@9[9a9b9(:*:1:7:8:::G:H:U:);0;4;b;f;E<S<+=?=I=f=)?+?' +
    '6?M?)@0@2@9@;@P@^@d@(A*A8AAALANA)B+B0B=BRBdB1CCC@DODdD(E.E:EUE4FFF[FCGXG,H7HEHGHSHWHfI8JGJHJ' +
    'XJ_J/KMK,LQL]L=MKMbM-O0O2O@O2PIPbP(Q.Q>QUQ4RBRdR*SSS0T;T?TdT*UAUPV<WJW<XLXNX]X9YYY7Z]Z@[F[L]' +
    '-^R^C_+a9a+b-b/b0bBbRb>cHc2dMdRd(e5eCeXe9fIf(g*g<g@h',
);

export const iq3sGrid = grid(
  [1, 3, 5, 7, 9, 11, 13, 15],
  2,
  '(()(*(-(/(0(1(2(4(6(8(9(=(C(H(J(M(O(Q(S(X(Z(c(f(i(()))*),)0)1)5)8);)?)A)E)L)Y)^)d)(*)*-*/*0*' +
    '3*6*9*=*@*D*J*M*O*Q*S*b*e*++1+5+8+:+A+C+F+L+P+R+a+c+g+(,3,7,9,<,B,H,K,Q,b,*-,-8-:->-C-I-M-O-' +
    '_-e-..1.3.A.R.c.(/*/,/8/:/>/C/P/T/(0)0*0,0001030507080:0A0D0F0T0V0Y0d0(1)1+1.1014191@1C1I1P1' +
    'R1b1h1(222527282<2B2H2K2U2X2d2)3,3/3033393?3@3D3I3Z3b3+4-42444A4C4J4N4P4T4)5053595@5B5Q586<6' +
    '?6L6N6)7+7072797E7I7Z7b7(8)8+8-8/80828486898;8?8@8B8I8K8M8P8R8a8b8e8g8(9*9093979:9=9A9D9J9Q9' +
    '):,:/:9:;:@:G:I:S:W:c:f:(;*;-;1;:;<;A;C;J;P;_;)</<8<;<B<E<I<d<g<,=1=:=G=H=S=b=(>*>/>9>U>Y>-?' +
    '1?>?@?K?P?*@1@3@5@7@:@A@C@E@J@L@O@Q@[@c@)A+A-A4A9A;AHAXAdAhA(B2B8BBBDBPB)C0C4C9C;C?C@CICKCOC' +
    'UCeC+D1D6D:DADRDXD]D)E0E2E=EBELEVEeE6FIF)G+G8G:GEG(H,H2H8H<H?HBHIHPHbH*I/I1I3I:I@IEIKIQIUI)J' +
    '+J0J5J9JCJHJWJZJbJ,K1K3K8K:KAKEK(L*L<LGLHLcL-M/M9MZM3NDNXN0O5O@OKOQO*P0P4P:PHPLPOPRP_PfP)Q+Q' +
    '-Q2Q9QBQdQ(R1R;R@RFRSR*S/S0S?SLSQS^SeS)T,T8TBTNT2U>UQUSUJV*W,W:W1X3X5XAXCXXX(Y8Y?Y]Y2ZDZJZUZ' +
    'ZZbZ([4[9[H[=]K]Z](^+^D^X^-_H_1a3a(b,b/b8b:bFbHbTbZb*c1c<cKcMc)d,d0d6d9d@dQd*eBeEeSe)f-f3f8f' +
    'Pf:gJg*hAh(i',
);

export const iq1Grid = grid(
  [-1, 0, 1],
  4,
  '((*(,(.(0(2(5(:(<(@(B(G(M(O(Q(Y(_(b(f(h(m(r(t(x(z(+),)2)4)6)8)9)>)D)H)J)N)P)T)V)X)Z)[)d)j)l)' +
    'n)v)(***.*0*5*:*<*@*B*G*M*S*X*]*_*b*f*h*j*m*p*r*t*x*z*2+4+6+>+D+J+P+T+X+Y+j+p+v+),+,,,-,5,7,' +
    '9,A,C,G,K,L,M,O,P,Q,S,U,W,Y,[,^,a,j,m,o,q,s,u,v,w,y,4-8-D-F-L-N-P-R-U-V-Z-]-d-j-l-p-(.*...0.' +
    '5.:.<.@.B.G.M.Q.Y._.b.f.h.m.r.t.x.z.,/2/4/8/=/>/D/L/M/P/V/X/]/j/l/n/p/v/(0*0.00050:0<0@0B0G0' +
    'M0S0V0Y0_0b0d0f0h0m0r0t0x0z011214181=1>1D1F1L1P1R1V1X1Y1]1j1l1n1s1v1)2+2-2/212325272;2=2A2G2' +
    'K2L2M2N2O2P2Q2S2U2Y2c2k2m2s2u2234363>3C3H3J3N3P3R3T3X3Z3d3j3l3n3v3)4-4/444547484;4?4D4G4H4I4' +
    'K4M4O4P4Q4S4W4Y4[4c4g4i4l4m4o4p4q4s4u4v4y4*5,5052545556585:5<5>5@5B5D5F5G5H5M5N5O5P5Q5S5T5V5' +
    'X5Y5Z5]5_5b5c5d5f5h5i5j5l5m5n5p5q5r5t5v5)6+6,6-656667696;6?6C6E6F6G6I6K6M6P6Q6R6S6V6X6Y6[6]6' +
    '^6e6h6k6m6u6y62767>7D7F7H7J7L7P7R7T7U7V7X7Z7]7d7j7l7v718385898;8>8E8F8G8I8M8O8P8Q8S8T8U8Y8^8' +
    'g8j8k8m8o8s8w8y8/969=9?9F9H9J9L9N9P9R9V9Z9]9d9j9n9q9(:*:.:0:5:::<:>:@:B:G:M:S:V:Y:_:b:f:h:m:' +
    'r:t:v:x:z:,;2;4;8;>;E;F;J;P;R;T;V;X;Y;Z;d;i;n;p;v;)<.<0<2<5<:<<<@<B<G<M<Q<S<Y<a<f<h<j<m<r<t<' +
    'x<z<,=4=6=8=>=F=G=H=J=N=P=R=T=Z=d=j=l=p=s=v=/>5>;>A>C>G>I>M>O>P>S>W>Y>[>g>i>l>m>o>q>s>u>w>y>' +
    ',?1?3?8?>?D?J?P?U?V?]?c?e?i?q?(@*@.@0@5@:@<@@@B@G@M@O@Y@_@b@f@h@r@t@x@z@/A2A4A8A>AHAJANAPAVA' +
    'XAZA]AdAiAnApAuAvA(B*B.B0B:B<B@BBBGBMBQBSBYB_BbBfBhBmBrBtBxBzB,C2C6C>CJCNCPCRCTCVCXCZClCpCsC' +
    'wC(D)D+D-D/D3D5D6D7D9D;D?DADGDIDKDMDODPDQDSDTDYD[D^DaDcDeDiDkDmDrDsDtD,E2E4E6E>EDENEPETEXE]E' +
    'gElEvE)F5F8FAFGFIFKFMFOFPFQFVFWFYF[F^FaFeFgFiFkFmFrFsFyF)G*G,G0G2G4G5G6G8G:G>GBGDGFGGGHGJGLG' +
    'MGOGPGQGRGSGVGXGYGZG]GbGcGdGfGjGlGmGnGpGqGvGxGzG)H,H/H4H5H7H9H;H=HAHCHEHGHIHLHMHNHPHQHSHWHYH' +
    '[HaHdHhHlHmHsHuHwH,I2I5I9I>IEIJILIPIRIVIXIZI]IdIjIlInIpIvI)J,J-J0J1J4J5J7J;J=J?JCJGJKJMJNJOJ' +
    'PJQJSJUJWJYJZJ^JeJgJkJmJnJoJsJuJwJyJ6KFKHKJKPKRKTKXK]KlKvK)L+L,L-L/L3L5L9L;L=LALCLGLILMLOLPL' +
    'QLSLYL[LeLgLmLoLrLsLwLyL,M.M/M0M2M4M5M6M7M8M:M>M?M@MBMDMFMGMHMJMLMMMNMOMPMQMRMSMTMVMXMYMZM]M' +
    'bMdMjMlMmMnMpMrMvMzM)N-N3N5N9N;N=NENGNKNMNONPNQNSNWNYNdNiNkNmNpNqNuN+O,O2O4O5O6O7O8O;O>O@OBO' +
    'DOFOGOHOJOKOLOMOOOPOQOROSOTOVOWOXOYOZO]O_OfOhOjOlOmOnOpOsOuOvOzO)P*P+P,P-P/P1P2P3P4P5P6P8P9P' +
    ';P=P>P?PAPCPDPEPFPGPHPIPJPLPMPNPOPPPQPRPSPTPUPVPXPYPZP[P]P^PaPcPdPgPhPiPjPlPmPnPoPpPsPuPvPwP' +
    'yP(Q)Q*Q+Q-Q.Q/Q2Q4Q5Q7Q8Q:Q;Q<Q=Q>Q?Q@QAQDQGQHQIQJQKQLQMQNQOQPQQQRQSQTQVQXQYQ]QbQdQeQfQgQhQ' +
    'jQmQqQtQvQwQxQyQ+R,R-R/R1R5R7R;RBRGRIRKRMRORPRQRRRSRURWRXRYRbRgRiRkRmRoRsRyR)S*S,S0S2S4S5S6S' +
    '8S>SDSFSGSHSJSLSMSNSOSPSQSRSSSTSVSXSYSZS]SaSdSgSjSlSmSnSoSpSvS+T.T5T9T:T>T?TATGTITJTMTPTQTRT' +
    'STWTYT[T^TaThTkTmTnToTqTsT,U4U6U8U>UFULUPUQURUTUVUXUZU]UaUnUvU)V+V-V/V3V5V;V<V?VAVGVJVMVPVQV' +
    'SVYVZV^VcVhVkVmVsVwVyV2W6W8WCWDWHWPWQWRWUWdWjWnWvW2X3X5X6X9X;X?XAXCXEXGXIXKXMXOXPXQXSXTXUXWX' +
    'YXcXdXgXiXkXlXmXnXoXqXsXuXyX,Y.Y0Y2Y5Y6Y8YFYGYHYJYLYMYOYPYQYSYVYXYYYZY]YeYgYhYjYmYnYpYqYtYvY' +
    'wYxY*Z/Z5Z:Z?Z@ZAZCZGZIZKZMZOZPZQZRZTZUZYZ[Z_ZbZdZhZlZnZoZpZrZuZwZzZ6[8[>[D[N[P[T[V[][d[j[o[' +
    'w[)]+]1]5];]=]?]A]C]D]G]H]I]M]O]P]Q]S]U]Y]^]b]c]h]m]s]u]v]y]2^6^7^D^F^J^L^P^R^T^X^Y^]^e^l^o^' +
    'q^w^(_*_._0_:_<_@_B_G_L_M_O_Q_S_Y___b_f_h_m_r_t_x_z_,a2a4a6a8a>aDaFaJaLaNaPaQaRaSaXaZa]adaga' +
    'lanapava(b*b.b0b5b:b<b@bBbMbObSbYb_bbbfbhbmbrbtbxbzb4c8cDcFcMcPcTcVcXc]clcpc)d/d3d5d9d?dAdCd' +
    'DdGdIdMdOdPdQdSdTdYdZd[d^dadcdedgdidkdmdodwd2e6e8e>eDeFeJeKeLePeSeTeVeZe^edejeqeue(f*f.f0f5f' +
    ':f<f@fBfDfGfMfOfSfYf]f_fbfffhfmfrftfxfzf,g-g2g4g6g>gDgFgHgJgLgNgPgTgVgXgdgngpgvg(h*h.h0h5h:h' +
    '<h@hBhGhMhOhQh_hbhfhhhmhrhthxhzh,i2i6i7i8i>iDiHiJiPiRiTi]i^idijilinipivi)j+j-j/j1j5j7j9j;j=j' +
    '?jAjCjGjLjMjOjPjQjSjWjYjcjejkjmjojsjujwjyj,k2k4k8k>kFkHkJkLkNkPkRkZk]kdklknkyk)l+l-l1l5l7l?l' +
    'ClKlMlOlPlQlRlSlUlVlWlYlclelklllmlolslyl(m,m.m0m1m2m4m5m6m8m;m>mAmBmDmFmGmHmJmLmMmNmOmPmQmRm' +
    'SmTmVmXmYmZm]mamdmfmjmkmlmmmnmpmqmrmtmvmxmzm)n+n1n5n8n:n?nAnGnInJnMnNnPnQnSnYn[nbncngnhnknln' +
    'mnunwnyn,o6o8o>oDoHoLoNoPoQoToXoYodojonopovo+p-p/p1p3p5p7p9p:p;p=p?pCpEpGpIpKpMpOpPpQpSpWpYp' +
    'Zp^papcpipkpmpqpspwp,q5q>qFqHqJqLqPqRqVqdqjqlqmqnq(r*r.r0r5r:r<r@rBrGrMrOrQrSr_rbrfrhrmrrrtr' +
    'xrzr,s/s2s4s6s8s9sHsJsMsPsRsTsVsXsdsisksnsps*t.t0t1t8t<t@tBtGtMtQtStYt_tbtfthtmtrtttxtzt8u>u' +
    'DuFuLuOuPuRuTuVuYuZu[u]udu-v/v1v3v5v7v?vAvEvGvMvOvPvQvSvYv^vavcvdvevgvkvmvov,w2w6w9w;w>wFwHw' +
    'KwNwPwQwRwUwWwewiwmwnwpwswuwww(x*x.x0x:x<x@xBxMxOxQxSx_xbxfxhxmxrxtxxxzx,y4y8y;y>yDyLyPyTyVy' +
    'Zy]yiyny(z*z.z0z:z<z@zBzMzOzQz_zbzfzhzmzrztzxzzz',
);
